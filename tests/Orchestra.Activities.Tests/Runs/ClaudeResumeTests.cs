using System.Diagnostics;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>What becomes of a run of the CLI whose host and process were killed.</summary>
public sealed class ClaudeResumeTests : RunFixture
{
    private const string Unknown = "No conversation found with session ID: x";

    private const string InUse = "echo \"Error: Session ID $2 is already in use.\" >&2";

    // The arguments follow the script's name: --session-id or --resume, then the id.
    private const string NoteCall = "echo \"$1 $2\" >>calls; cat >>prompts; echo >>prompts; ";

    private readonly List<RunBeginning> beginnings = [];

    private RunFolder Folder => new(Data.Run(RunId));

    private string FirstSession => ClaudeCommands.SessionId(RunId);

    [Fact]
    public async Task A_broken_off_run_goes_on_in_its_session_and_its_worktree_stays()
    {
        AgentRun run = Run($"{NoteCall}if [ \"$1\" = --resume ]; then {Print(ClaudeStream.Result(new { result = "Done." }, FirstSession))}; else "
            + $"{Print(ClaudeStream.Init(), ClaudeStream.Text("At work", "msg_9"))}; echo $$ >pid; exec sleep 1000; fi");
        await BreakOffAsync(run);

        RunResult result = await RunAsync(run);

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal([RunBeginning.Continued], beginnings);
        Assert.Equal($"--session-id {FirstSession}\n--resume {FirstSession}\n", Read("calls"));
        string[] prompts = Read("prompts").Split('\n');
        Assert.Equal("Build it", prompts[0]);
        Assert.StartsWith("The program that runs you was stopped", prompts[1]);
        Assert.Equal(FirstSession, result.ClientSessionId);
        // The killed process never told its figures.
        Assert.Equal(new RunUsage(0.02m, 2000 + 1320, 100 + 1, Estimated: true), result.Usage);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_session_that_the_client_does_not_know_starts_over_under_a_new_id()
    {
        AgentRun run = Run($"{NoteCall}case $1 in --resume) {Print(UnknownSession())}; exit 1;; esac; "
            + $"if [ $(wc -l <calls) = 1 ]; then echo $$ >pid; exec sleep 1000; fi; {Print(ClaudeStream.Result(new { result = "Done." }))}");
        await BreakOffAsync(run);

        RunResult result = await RunAsync(run);

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal([RunBeginning.Continued, RunBeginning.StartedOver], beginnings);
        string[] calls = Read("calls").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([$"--session-id {FirstSession}", $"--resume {FirstSession}", $"--session-id {result.ClientSessionId}"], calls);
        Assert.NotEqual(FirstSession, result.ClientSessionId);
    }

    [Fact]
    public async Task A_host_killed_after_the_client_refused_to_go_on_still_starts_over()
    {
        AgentRun run = Run($"{NoteCall}{Print(ClaudeStream.Result(new { result = "Done." }))}");
        Folder.Begin(null, DateTimeOffset.UtcNow, FirstSession, continues: true);
        File.WriteAllText(Folder.StreamFile, UnknownSession() + "\n");
        File.WriteAllText(Path.Combine(Folder.Path, "exit"), "1\n");

        RunResult result = await RunAsync(run);

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal([RunBeginning.StartedOver], beginnings);
    }

    [Fact]
    public async Task An_id_that_the_client_has_used_though_our_record_is_lost_is_given_up_for_another()
    {
        RunResult result = await RunAsync(Run($"{NoteCall}case $2 in {FirstSession}) {InUse}; exit 1;; esac; {Print(ClaudeStream.Result(new { result = "Done." }))}"));

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal([RunBeginning.First, RunBeginning.StartedOver], beginnings);
        Assert.Equal($"--session-id {FirstSession}\n--session-id {result.ClientSessionId}\n", Read("calls"));
        Assert.NotEqual(FirstSession, result.ClientSessionId);
    }

    [Fact]
    public async Task A_client_that_refuses_every_id_fails_the_run()
    {
        RunResult result = await RunAsync(Run($"{NoteCall}{InUse}; exit 1"));

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Contains("is already in use", result.Error);
        Assert.Equal(2, beginnings.Count);
    }

    [Fact]
    public async Task Another_failure_while_going_on_is_the_runs_failure()
    {
        AgentRun run = Run($"{Print(ClaudeStream.Result(new { is_error = true, result = "Invalid API key" }))}; exit 1");
        Folder.Begin(null, DateTimeOffset.UtcNow, FirstSession);

        RunResult result = await RunAsync(run);

        Assert.Equal("Invalid API key", result.Error);
        Assert.Equal([RunBeginning.Continued], beginnings);
    }

    [Fact]
    public async Task A_host_that_takes_over_writes_no_line_of_the_output_twice_and_half_a_line_spoils_no_other()
    {
        string half = ClaudeStream.Text("half")[..40];
        AgentRun run = Run(Print(ClaudeStream.Text("second"), ClaudeStream.Result(new { result = "Done." })));
        Folder.Begin(null, DateTimeOffset.UtcNow, FirstSession);
        File.WriteAllText(Folder.StreamFile, $"{ClaudeStream.Text("first")}\n{half}");
        Assert.Equal("first", Follow(run));
        Assert.Equal("first", Follow(run));

        RunResult result = await RunAsync(run);

        Assert.Equal($"first\n{half}\nsecond\nDone.\n", result.OutputTail);
        Assert.Equal(result.OutputTail, File.ReadAllText(Folder.OutputFile));
        Follow(run);
        Assert.Equal(result.OutputTail, File.ReadAllText(Folder.OutputFile));
    }

    [Fact]
    public async Task What_the_former_attempt_showed_is_not_held_against_the_one_that_goes_on()
    {
        AgentRun run = Run("true");
        Folder.Begin(null, DateTimeOffset.UtcNow, FirstSession);
        File.WriteAllText(Folder.StreamFile, ClaudeStream.Result(new { result = "Done." }) + "\n");

        Assert.Contains("printed nothing", (await RunAsync(run)).Error);
    }

    private string? Follow(AgentRun run)
    {
        var client = new ClaudeClient(run);
        client.Follow(Folder);
        return client.LastLine(Folder);
    }

    private static string UnknownSession() =>
        ClaudeStream.Result(new { is_error = true, subtype = "error_during_execution", modelUsage = new { }, errors = new[] { Unknown } }, cost: 0);

    private AgentRun Run(string script) =>
        new(RunId, null, Work, Work, "Build it", new AgentCommand(["/bin/sh", "-c", script, "claude"], null, ClientModes.ClaudeCode), 60, null);

    private async Task BreakOffAsync(AgentRun run)
    {
        RunStart start = new ClaudeClient(run).Next(null);
        string token = Folder.Begin(start.Input, DateTimeOffset.UtcNow, start.Session);
        using Process supervisor = Supervisor.Start(Request(run) with { Argv = start.Argv, Input = start.Input }, Folder, token);
        await PidAsync("pid");
        supervisor.Kill();
        await supervisor.WaitForExitAsync(Test);
        Signals.Send(await PidAsync("pid"), Signals.Kill);
    }

    private Task<RunResult> RunAsync(AgentRun run) => Engine().RunAsync(
        Request(run),
        beginning =>
        {
            beginnings.Add(beginning);
            return Task.CompletedTask;
        },
        Test,
        new ClaudeClient(run));

    private static RunRequest Request(AgentRun run) =>
        new(run.RunId, null, run.WorktreePath, run.Command.Argv, run.Prompt, null, TimeSpan.FromSeconds(60)) { KeepsStreamsApart = true };

    private string Print(params string[] lines)
    {
        string file = InWork($"stream-{Guid.NewGuid():N}");
        File.WriteAllLines(file, lines);
        return $"cat '{file}'";
    }
}
