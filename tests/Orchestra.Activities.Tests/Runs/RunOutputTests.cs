using System.Diagnostics;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>Output made from two streams of a real process: the order in which they come, and which bytes are standard error.</summary>
public sealed class RunOutputTests : RunFixture
{
    private RunFolder Folder => new(Data.Run(RunId));

    [Fact]
    public async Task Lines_of_both_streams_come_in_the_order_in_which_they_are_found()
    {
        Task<RunResult> run = RunAsync(Apart(Shell(
            "echo one; until test -f a; do sleep 0.01; done; echo bad >&2; until test -f b; do sleep 0.01; done; echo two; printf 'half' >&2; exit 3")));
        await UntilAsync(() => Output() == "one\n");
        File.WriteAllText(InWork("a"), "");
        await UntilAsync(() => Output() == "one\nbad\n");
        File.WriteAllText(InWork("b"), "");
        RunResult result = await run;

        Assert.Equal("one\nbad\ntwo\nhalf", result.OutputTail);
        Assert.Equal((RunStatus.Failed, 3), (result.Status, result.ExitCode));
        Assert.Equal(["bad\n", "half"], Errors());
    }

    [Fact]
    public async Task A_message_on_standard_error_does_not_break_a_line_that_is_still_being_written()
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.StreamFile, "whole\nbegun");
        File.WriteAllText(Folder.ErrorFile, "trouble\n");
        PlainClient client = new([], null);
        Assert.True(client.Follow(Folder));
        Assert.Equal("whole\ntrouble\n", Output());

        await File.AppendAllTextAsync(Folder.StreamFile, " and ended\n? ", Test);
        client.Follow(Folder);
        Assert.Equal("whole\ntrouble\nbegun and ended\n", Output());
        // What stands unfinished is a question.
        client.Follow(Folder);
        Assert.Equal("whole\ntrouble\nbegun and ended\n? ", Output());
        Assert.False(client.Follow(Folder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_host_killed_between_mark_and_bytes_leaves_nothing_out_and_writes_nothing_twice(int written)
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.StreamFile, "out 1\n");
        File.WriteAllText(Folder.ErrorFile, "error 1\n");
        new PlainClient([], null).Follow(Folder);
        File.AppendAllText(Folder.ErrorFile, "error 2\n");
        new ErrorMarks(Folder.ErrorMarksFile).Add(14, 8);
        File.AppendAllText(Folder.OutputFile, "error 2\n"[..written]);
        File.AppendAllText(Folder.StreamFile, "out 2\n");

        new PlainClient([], null).Read(Folder, RunEnd.Exited(0));

        string output = Output();
        Assert.Equal("error 1\nerror 2\n", string.Concat(Errors()));
        foreach (ErrorSpan span in Marks().Reverse())
            output = output.Remove((int)span.Start, (int)span.Length);
        Assert.Equal("out 1\nout 2\n", output);
    }

    [Fact]
    public async Task A_run_of_a_former_version_goes_on_behind_what_it_printed()
    {
        RunRequest request = Apart(Shell("echo start >>starts; [ $(wc -l <starts) = 2 ] || { echo before; echo $$ >pid; exec sleep 1000; }; echo after; until test -f seen; do sleep 0.02; done; echo bad >&2"));
        using (Process former = Supervisor.Start(request with { KeepsStreamsApart = false }, Folder, Folder.Begin(null, DateTimeOffset.UtcNow)))
        {
            await PidAsync("pid");
            former.Kill();
            await former.WaitForExitAsync(Test);
        }

        Task<RunResult> run = RunAsync(request);
        await UntilAsync(() => Output().Contains("after", StringComparison.Ordinal));
        File.WriteAllText(InWork("seen"), "");
        RunResult result = await run;

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal("before\nafter\nbad\n", result.OutputTail);
        Assert.Equal(["bad\n"], Errors());
    }

    [Fact]
    public async Task A_run_that_ended_while_no_host_was_there_has_both_streams()
    {
        RunRequest request = Apart(Shell("echo out; echo error >&2; exit 5"));
        using Process abandoned = Supervisor.Start(request, Folder, Folder.Begin(null, DateTimeOffset.UtcNow));
        await abandoned.WaitForExitAsync(Test);

        RunResult result = await RunAsync(request);

        Assert.Equal((5, "out\nerror\n"), (result.ExitCode, result.OutputTail));
        Assert.Equal(["error\n"], Errors());
    }

    [Fact]
    public async Task What_a_client_with_a_protocol_says_on_standard_error_is_in_its_output()
    {
        File.WriteAllLines(InWork("one"), [ClaudeStream.Init(), ClaudeStream.Text("At work.")]);
        File.WriteAllLines(InWork("two"), [ClaudeStream.Result(new { result = "Done." })]);
        string script = "cat one; until test -f a; do sleep 0.01; done; echo 'a warning' >&2; until test -f b; do sleep 0.01; done; cat two";
        RunRequest request = Apart(Shell(script));
        AgentRun agent = new(RunId, null, Work, Work, "prompt", new AgentCommand(request.Argv, null, ClientModes.ClaudeCode), 60, null);
        Task<RunResult> run = Engine().RunAsync(request, _ => Task.CompletedTask, Test, new ClaudeClient(agent));
        await UntilAsync(() => Output() == "At work.\n");
        File.WriteAllText(InWork("a"), "");
        await UntilAsync(() => Output() == "At work.\na warning\n");
        File.WriteAllText(InWork("b"), "");

        Assert.Equal("At work.\na warning\nDone.\n", (await run).OutputTail);
        Assert.Equal(["a warning\n"], Errors());
    }

    private static RunRequest Apart(RunRequest request) => request with { KeepsStreamsApart = true };

    private string Output() => File.Exists(Folder.OutputFile) ? File.ReadAllText(Folder.OutputFile) : "";

    private IReadOnlyList<ErrorSpan> Marks() => new ErrorMarks(Folder.ErrorMarksFile).From(0, 100);

    private string[] Errors() => [.. Marks().Select(m => Output().Substring((int)m.Start, (int)m.Length))];
}
