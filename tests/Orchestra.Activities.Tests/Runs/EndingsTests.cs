using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>
/// Every way in which a run ends, many at a time: afterwards <c>/proc</c> knows no process of it, and other runs' are untouched.
/// <c>ORCHESTRA_ENDINGS=100</c> ends a hundred runs in each way.
/// </summary>
public sealed class EndingsTests : RunFixture
{
    private const string RoundsVariable = "ORCHESTRA_ENDINGS";
    private const int UsualRounds = 2;
    private const int AtOnce = 16;

    // Children in the group and out of it, all with standard output open; a daemon, one without our marker, and one without marker that forks on and on.
    private const string Family = """
        sleep 1000 &
        setsid sleep 1001 &
        (setsid sh -c 'sleep 1002 & sleep 1003' &)
        (env -i PATH="$PATH" setsid sleep 1004 &)
        (cd / && setsid sleep 1005 &)
        (setsid sh -c 'i=0; while [ $i -lt 3000 ]; do sleep 0.01; i=$((i+1)); done' &)
        """;

    private const string Stubborn = "(setsid sh -c 'trap \"\" TERM; touch deaf; sleep 1006; sleep 1007' &)\nwhile [ ! -e deaf ]; do sleep 0.01; done\n";
    private const string Ready = "\ntouch ready\n";
    private const string Forever = "while :; do sleep 0.05; done";

    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable(RoundsVariable), CultureInfo.InvariantCulture, out int rounds) ? rounds : UsualRounds;

    private readonly ConcurrentDictionary<string, int> done = new(StringComparer.Ordinal);

    [Fact]
    public async Task No_process_of_a_run_lives_after_its_end()
    {
        Dictionary<string, Func<Round, Task>> endings = new(StringComparer.Ordinal)
        {
            ["completed"] = r => r.EndsAsync(RunStatus.Completed, "exit 0"),
            ["completed with a stubborn child"] = r => r.EndsAsync(RunStatus.Completed, Stubborn + "exit 0"),
            ["failed"] = r => r.EndsAsync(RunStatus.Failed, "exit 3"),
            ["killed, its tools live on"] = r => r.EndsAsync(RunStatus.Failed, "kill -KILL $$"),
            ["killed with its whole group"] = r => r.EndsAsync(RunStatus.Failed, "kill -KILL 0"),
            ["supervisor killed"] = r => r.EndsAsync(RunStatus.Failed, "kill -KILL $PPID; " + Forever),
            ["time limit, gracefully"] = r => r.EndsAsync(RunStatus.TimedOut, $"trap 'exit 0' TERM; {Forever}", timeout: 0.5),
            ["time limit, hard"] = r => r.EndsAsync(RunStatus.TimedOut, $"{Stubborn}trap '' TERM; {Forever}", timeout: 0.5),
            ["cancelled"] = r => r.IsEndedAsync(RunStatus.Cancelled, Forever, r.Cancel),
            ["disk used up"] = r => r.EndsAsync(RunStatus.Failed, "for i in 1 2; do echo 'write: No space left on device' >&2; done; " + Forever, claude: true),
            ["host stopped"] = r => r.IsBrokenOffAsync(Stubborn + Forever),
            ["host killed, supervisor alive"] = r => r.IsAdoptedAsync(Forever, killSupervisor: false),
            ["host killed, supervisor dead"] = r => r.IsAdoptedAsync(Forever, killSupervisor: true),
            ["run folder not writable"] = r => r.CannotBeNotedAsync(Forever),
        };
        using Process bystander = await BystanderAsync();
        try
        {
            await EndAllAsync(endings);
            Assert.False(bystander.HasExited);
        }
        finally
        {
            bystander.Kill();
        }

        Assert.All(endings.Keys, ending => Assert.Equal(Rounds, done.GetValueOrDefault(ending)));
        AssertNothingLeft();
    }

    private Task EndAllAsync(Dictionary<string, Func<Round, Task>> endings)
    {
        List<string> names = [.. endings.Keys];
        var rounds = Enumerable.Range(1, Rounds).SelectMany(n => endings.Select(e => (Ending: e.Key, N: n, RunAsync: e.Value)));
        return Parallel.ForEachAsync(rounds, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Test }, async (item, _) =>
        {
            var round = new Round(this, $"{RunId}-{names.IndexOf(item.Ending)}-{item.N}", $"{item.Ending}, round {item.N}");
            await item.RunAsync(round);
            round.AssertNothingLives();
            done.AddOrUpdate(item.Ending, 1, (_, count) => count + 1);
        });
    }

    /// <summary>A process of another run, which no end of these may touch.</summary>
    private static async Task<Process> BystanderAsync()
    {
        ProcessStartInfo start = new("setsid", ["sleep", "1000"]);
        start.Environment[ProcessTree.Marker] = $"run-{Guid.NewGuid():N}";
        Process process = Process.Start(start)!;
        await UntilAsync(() => ProcessTable.Find(process.Id) is { } entry && entry.Session == process.Id);
        return process;
    }

    private sealed class Round
    {
        private readonly EndingsTests test;
        private readonly string runId;
        private readonly string name;
        private readonly string folder;

        public Round(EndingsTests test, string runId, string name)
        {
            this.test = test;
            this.runId = runId;
            this.name = name;
            folder = Directory.CreateDirectory(test.InWork(runId)).FullName;
        }

        private RunFolder Run => new(test.Data.Run(runId));

        public async Task EndsAsync(RunStatus status, string script, double timeout = 60, bool claude = false)
        {
            RunResult result = await StartAsync(Request(script, timeout, claude), Test);
            Assert.True(status == result.Status, $"{name}: {result}");
        }

        public async Task IsEndedAsync(RunStatus status, string script, Action end)
        {
            Task<RunResult> run = StartAsync(Request(script), Test);
            await UntilReadyAsync();
            end();
            Assert.Equal(status, (await run).Status);
        }

        public async Task IsBrokenOffAsync(string script)
        {
            using CancellationTokenSource host = new();
            Task<RunResult> run = StartAsync(Request(script), host.Token);
            await UntilReadyAsync();
            await host.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }

        public async Task IsAdoptedAsync(string script, bool killSupervisor)
        {
            RunRequest request = Request(script);
            using (Process supervisor = Supervisor.Start(request, Run, Run.Begin(null, DateTimeOffset.UtcNow)))
            {
                await UntilReadyAsync();
                if (killSupervisor) supervisor.Kill();
                if (killSupervisor) await supervisor.WaitForExitAsync(Test);
            }
            if (!killSupervisor) Cancel();
            RunResult result = await StartAsync(request with { Argv = ["/bin/true"] }, Test);
            Assert.Equal(killSupervisor ? RunStatus.Completed : RunStatus.Cancelled, result.Status);
        }

        /// <summary>As on a full disk: that the run is being ended cannot be written down.</summary>
        public async Task CannotBeNotedAsync(string script)
        {
            Task<RunResult> run = StartAsync(Request(script), Test);
            await UntilReadyAsync();
            Directory.CreateDirectory(Path.Combine(test.Data.Run(runId), "ending"));
            Cancel();
            await Assert.ThrowsAnyAsync<Exception>(() => run);
        }

        public void Cancel()
        {
            string mark = test.Data.CancelMark(runId);
            Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
            File.WriteAllText(mark, "");
        }

        /// <summary>Neither by marker nor by working folder.</summary>
        public void AssertNothingLives()
        {
            byte[] marker = System.Text.Encoding.UTF8.GetBytes($"{ProcessTree.Marker}={runId}\0");
            List<string> left = [.. ProcessTable.All()
                .Where(p => !p.IsZombie && (ProcessTable.Environment(p.Pid).AsSpan().IndexOf(marker) >= 0 || ProcessTable.WorkingFolder(p.Pid) == folder))
                .Select(p => $"{p} {ProcessTable.WorkingFolder(p.Pid)}")];
            Assert.True(left.Count == 0, $"{name}: {string.Join("; ", left)}");
        }

        private Task UntilReadyAsync() => UntilAsync(() => File.Exists(Path.Combine(folder, "ready")));

        private RunRequest Request(string script, double timeout = 60, bool claude = false) =>
            new(runId, null, folder, ["/bin/sh", "-c", Family + Ready + script], null, null, TimeSpan.FromSeconds(timeout)) { KeepsStreamsApart = claude };

        private Task<RunResult> StartAsync(RunRequest request, CancellationToken cancellationToken) =>
            test.Engine().RunAsync(request, _ => Task.CompletedTask, cancellationToken, request.KeepsStreamsApart ? Claude(request) : null);

        private ClaudeClient Claude(RunRequest request) => new(
            new AgentRun(runId, null, folder, folder, "", new AgentCommand(request.Argv, null, ClientModes.ClaudeCode), 60, null));
    }
}
