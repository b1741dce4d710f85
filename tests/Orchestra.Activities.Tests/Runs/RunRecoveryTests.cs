using System.Diagnostics;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>What a second host finds after the first one was killed.</summary>
public sealed class RunRecoveryTests : RunFixture
{
    private RunFolder Folder => new(Data.Run(RunId));

    [Fact]
    public async Task A_living_run_is_adopted_and_not_started_again()
    {
        RunRequest request = Shell("echo start >>starts; echo $$ >pid; while [ ! -e go ]; do sleep 0.02; done; echo end; exit 3");
        using Process abandoned = Spawn(request);
        await PidAsync("pid");

        Task<RunResult> adopted = RunAsync(request);
        File.WriteAllText(InWork("go"), "");
        RunResult result = await adopted;

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Equal(3, result.ExitCode);
        Assert.Equal("end\n", result.OutputTail);
        Assert.Equal("start\n", Read("starts"));
    }

    /// <summary>Who reads a host's output through a pipe would otherwise wait for the agents that outlive the host.</summary>
    [Fact]
    public async Task A_run_does_not_hold_on_to_the_hosts_own_streams()
    {
        RunRequest request = Shell("echo $$ >pid; while [ ! -e go ]; do sleep 0.02; done");
        using Process supervisor = Spawn(request);
        await PidAsync("pid");

        // The shell keeps copies of its own streams while the command has others, so all of its files are looked at.
        string?[] held = [.. Directory.EnumerateFiles($"/proc/{supervisor.Id}/fd").Select(file => new FileInfo(file).LinkTarget)];
        string?[] own = [.. Enumerable.Range(0, 3).Select(stream => new FileInfo($"/proc/self/fd/{stream}").LinkTarget)];
        File.WriteAllText(InWork("go"), "");
        await supervisor.WaitForExitAsync(Test);

        Assert.Empty(held.Intersect(own).Except(["/dev/null"]));
    }

    [Fact]
    public async Task The_time_limit_of_an_adopted_run_counts_from_its_start()
    {
        RunRequest request = Shell("echo $$ >pid; exec sleep 1000", timeout: 3600);
        using Process abandoned = Spawn(request, DateTimeOffset.UtcNow.AddHours(-2));
        await PidAsync("pid");

        RunResult result = await RunAsync(request);

        Assert.Equal(RunStatus.TimedOut, result.Status);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_run_that_ended_while_no_host_was_there_is_concluded()
    {
        RunRequest request = Shell("echo start >>starts; setsid sleep 1000 & exit 5");
        using Process abandoned = Spawn(request);
        await abandoned.WaitForExitAsync(Test);

        RunResult result = await RunAsync(request);

        Assert.Equal(5, result.ExitCode);
        Assert.Equal("start\n", Read("starts"));
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_finished_run_never_runs_again()
    {
        RunRequest request = Shell("echo start >>starts");

        RunResult first = await RunAsync(request);
        RunResult second = await RunAsync(request);

        Assert.Equal(first, second);
        Assert.Equal("start\n", Read("starts"));
    }

    [Fact]
    public async Task Two_calls_at_once_share_one_run()
    {
        RunRequest request = Shell("echo start >>starts; sleep 0.1");
        RunEngine engine = Engine();

        await Task.WhenAll(
            engine.RunAsync(request, _ => Task.CompletedTask, Test),
            engine.RunAsync(request, _ => Task.CompletedTask, Test));

        Assert.Equal("start\n", Read("starts"));
    }

    [Fact]
    public async Task A_run_that_died_with_its_host_starts_over_after_its_leftovers_are_ended()
    {
        RunRequest request = Shell("echo start >>starts; [ $(wc -l <starts) = 2 ] && exit 0; setsid sleep 1000 & echo $! >child; wait");
        using (Process abandoned = Spawn(request))
        {
            await PidAsync("child");
            abandoned.Kill();
            await abandoned.WaitForExitAsync(Test);
        }
        bool startedOver = false;

        RunResult result = await Engine().RunAsync(request, PrepareAsync, Test);

        Assert.True(startedOver);
        Assert.Equal(RunStatus.Completed, result.Status);
        AssertNothingLeft();

        async Task PrepareAsync(RunBeginning beginning)
        {
            startedOver = beginning == RunBeginning.StartedOver;
            Assert.False(IsAlive(await PidAsync("child")));
        }
    }

    [Fact]
    public async Task A_host_killed_while_it_ended_a_run_still_reports_why()
    {
        RunRequest request = Shell("exec sleep 1000", timeout: 1);
        using Process abandoned = Spawn(request);
        await UntilAsync(() => Folder.ReadProcess() is not null);
        Folder.WriteEnding(nameof(RunStatus.TimedOut));
        abandoned.Kill();

        Assert.Equal(RunStatus.TimedOut, (await RunAsync(request)).Status);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_supervisor_whose_attempt_was_replaced_does_not_start_the_agent()
    {
        RunRequest request = Shell("echo start >>starts");
        string outdated = Folder.Begin(null, DateTimeOffset.UtcNow);
        Folder.Begin(null, DateTimeOffset.UtcNow);

        using Process late = Supervisor.Start(request, Folder, outdated);
        await late.WaitForExitAsync(Test);

        Assert.False(File.Exists(InWork("starts")));
        Assert.Null(Folder.ReadProcess());
    }

    [Fact]
    public async Task A_foreign_process_with_the_same_number_is_neither_adopted_nor_ended()
    {
        using Process foreign = Process.Start("sleep", "1000");
        RunRequest request = Shell("echo own");
        Folder.Begin(null, DateTimeOffset.UtcNow);
        ulong ticks = ProcessTable.Find(foreign.Id)!.StartTicks - 1;
        File.WriteAllText(Path.Combine(Data.Run(RunId), "pid"), $"{foreign.Id} {ticks} {ProcessTable.BootId}\n");

        RunResult result = await RunAsync(request);

        Assert.Equal("own\n", result.OutputTail);
        Assert.True(IsAlive(foreign.Id));
        foreign.Kill();
    }

    [Fact]
    public async Task The_last_line_is_reported_while_the_run_goes_on()
    {
        Observer observer = new();
        Task<RunResult> run = Engine(observer).RunAsync(
            Shell("echo first; printf 'second\\n\\n'; while [ ! -e go ]; do sleep 0.02; done"), _ => Task.CompletedTask, Test);

        await UntilAsync(() => observer.Last == "second");
        File.WriteAllText(InWork("go"), "");

        Assert.Equal(RunStatus.Completed, (await run).Status);
    }

    /// <summary>As a host starts a run, of which nothing is left in memory then.</summary>
    private Process Spawn(RunRequest request, DateTimeOffset? start = null) =>
        Supervisor.Start(request, Folder, Folder.Begin(request.Input, start ?? DateTimeOffset.UtcNow));

    private sealed class Observer : IRunObserver
    {
        public Task BegunAsync(AgentRun run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task BegunAgainAsync(string sessionId, DateTimeOffset at, bool continues, CancellationToken cancellationToken) => Task.CompletedTask;

        public string? Last { get; private set; }

        public Task LastLineAsync(string runId, string line, CancellationToken cancellationToken)
        {
            Last = line;
            throw new InvalidOperationException("A failing observer must not end the run.");
        }
    }
}
