using System.Diagnostics;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

public sealed class RunStopTests : RunFixture
{
    // A child in the group, one in a session of its own, and one that has a session of its own, ignores SIGTERM and lost its parent.
    private const string Family = """
        sleep 1000 & echo $! >group
        setsid sleep 1001 & echo $! >session
        setsid sh -c 'trap "" TERM; echo $$ >stubborn; sleep 1002; sleep 1003' &
        wait
        """;

    [Fact]
    public async Task A_timeout_ends_the_whole_tree()
    {
        RunResult result = await RunAsync(Shell(Family, timeout: 5));

        Assert.Equal(RunStatus.TimedOut, result.Status);
        Assert.Contains("time limit", result.Error);
        Assert.False(IsAlive(await PidAsync("group")));
        Assert.False(IsAlive(await PidAsync("session")));
        Assert.False(IsAlive(await PidAsync("stubborn")));
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_stopped_agent_may_clean_up_first()
    {
        Grace = Eventually.Patience;
        RunResult result = await RunAsync(Shell("trap 'echo tidy; exit 0' TERM; echo ready; while :; do sleep 0.05; done", timeout: 5));

        Assert.Equal(RunStatus.TimedOut, result.Status);
        Assert.Contains("tidy", result.OutputTail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_mark_of_run_or_project_ends_the_run(bool ofProject)
    {
        string projectId = $"project-{RunId}";
        Task<RunResult> run = RunAsync(Shell(Family, projectId: projectId));
        await PidAsync("stubborn");

        Mark(ofProject ? projectId : RunId);

        Assert.Equal(RunStatus.Cancelled, (await run).Status);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_run_cancelled_beforehand_never_starts()
    {
        Mark(RunId);

        RunResult result = await RunAsync(Shell("touch started"));

        Assert.Equal(RunStatus.Cancelled, result.Status);
        Assert.False(File.Exists(InWork("started")));
    }

    [Fact]
    public async Task A_stopping_host_ends_the_run_and_the_next_one_starts_it_over()
    {
        using CancellationTokenSource host = new();
        RunRequest request = Shell("if [ -e again ]; then echo done; else touch again; " + Family + "\nfi");
        Task<RunResult> run = RunAsync(request, host.Token);
        await PidAsync("stubborn");

        await host.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        AssertNothingLeft();
        RunResult result = await RunAsync(request);
        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.EndsWith("done\n", result.OutputTail);
    }

    [Fact]
    public async Task A_child_that_keeps_the_output_open_does_not_delay_the_end_and_is_ended()
    {
        long start = Stopwatch.GetTimestamp();

        RunResult result = await RunAsync(Shell("setsid sleep 1000 & echo $! >child; echo end"));

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal("end\n", result.OutputTail);
        Assert.True(Stopwatch.GetElapsedTime(start) < Eventually.Patience);
        Assert.False(IsAlive(await PidAsync("child")));
    }

    [Fact]
    public void Init_and_groups_are_never_signalled()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Signals.Send(1, Signals.Terminate));
        Assert.Throws<ArgumentOutOfRangeException>(() => Signals.Send(-1, Signals.Terminate));
    }

    private void Mark(string id)
    {
        string mark = Data.CancelMark(id);
        Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
        File.WriteAllText(mark, "");
    }
}
