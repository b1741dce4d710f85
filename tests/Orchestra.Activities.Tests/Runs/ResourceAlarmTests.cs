using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

public sealed class ResourceAlarmTests : RunFixture
{
    [Theory]
    [InlineData("error: failed to write /x: No space left on device (os error 28)")]
    [InlineData("npm ERR! code ENOSPC")]
    [InlineData("fork: Cannot allocate memory")]
    [InlineData("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory")]
    public void The_second_report_raises_the_alarm(string report)
    {
        ResourceAlarm alarm = new();
        alarm.Hear("all is well");
        alarm.Hear(report);
        Assert.Null(alarm.Reason);
        alarm.Hear("compiling\n" + report);
        Assert.EndsWith(report, alarm.Reason);
    }

    [Fact]
    public async Task A_run_whose_programs_report_it_twice_is_ended_with_all_its_processes()
    {
        AgentRun run = Run("for i in 1 2; do echo 'write failed: No space left on device' >&2; done; setsid sleep 1000 & exec sleep 1000");

        RunResult result = await RunAsync(run);

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Equal("Ended because disk or memory is used up: write failed: No space left on device", result.Error);
        AssertNothingLeft();
        Assert.Equal(result, await RunAsync(run));
    }

    [Fact]
    public async Task Failed_tool_calls_count_and_nothing_that_an_agent_says_or_reads()
    {
        string talk = ClaudeStream.Text("ENOSPC: no space left on device"), read = ClaudeStream.ToolResult("t1", "README: ENOSPC ends a run");
        string failed = ClaudeStream.ToolResult("t2", "Exit code 1\nrustc: No space left on device (os error 28)", isError: true);

        RunResult goesOn = await PrintAsync("sleep 1", talk, talk, read, read, failed, ClaudeStream.Result(new { result = "Done." }));
        RunResult ended = await PrintAsync("exec sleep 1000", failed, failed);

        Assert.Equal(RunStatus.Completed, goesOn.Status);
        Assert.Equal(RunStatus.Failed, ended.Status);
        Assert.EndsWith("rustc: No space left on device (os error 28)", ended.Error);
    }

    [Fact]
    public async Task Other_programs_may_print_what_they_like() =>
        Assert.Equal(RunStatus.Completed, (await RunAsync(Shell("for i in 1 2 3; do echo ENOSPC; echo ENOSPC >&2; done; sleep 1"))).Status);

    private Task<RunResult> PrintAsync(string then, params string[] lines)
    {
        File.WriteAllLines(InWork("stream"), lines);
        return RunAsync(Run($"cat stream; {then}") with { RunId = $"{RunId}-{Guid.NewGuid():N}" });
    }

    private AgentRun Run(string script) => new(RunId, null, Work, Work, "", new AgentCommand(["/bin/sh", "-c", script], null, ClientModes.ClaudeCode), 60, null);

    private Task<RunResult> RunAsync(AgentRun run) => Engine().RunAsync(
        new RunRequest(run.RunId, null, Work, run.Command.Argv, "", null, TimeSpan.FromSeconds(60)) { KeepsStreamsApart = true },
        _ => Task.CompletedTask, Test, new ClaudeClient(run));
}
