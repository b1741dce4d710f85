using System.Diagnostics;
using Orchestra.Client;
using Orchestra.Core.Pipeline;

namespace Orchestra.Bench;

/// <summary>
/// Twelve agents that print 20,000 lines each while two web sockets and two followers per session read all of it: no line may be missing
/// for anybody. The figure to beat is the memory that the host may take for it.
/// </summary>
internal static class AgentsBench
{
    private const string Name = "agents";
    private const int Agents = 12;
    private const int Lines = 20_000;
    private const int WatchersOfEachKind = 2;

    /// <summary>Megabytes more than idle.</summary>
    private const double MostMemory = 150;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    public static async Task RunAsync(Reporter reporter)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("orchestra-bench-");
        try
        {
            await using HostProcess host = await HostProcess.StartAsync(Path.Combine(work.FullName, "data"), await PipelineBench.WriteConfigAsync(work.FullName));
            await using var watchers = new OutputWatchers(host.Address);
            // One small project first: what any first use loads is no matter of load.
            await LaunchAndWaitAsync(host, await GeneratedRepository.CreateAsync(Path.Combine(work.FullName, "warm"), 100), agents: 1, lines: 1, onSession: _ => { });
            for (int i = 0; i < WatchersOfEachKind; i++)
                await watchers.WatchSocketAsync($"socket {i}");
            double idle = host.Memory();

            var time = Stopwatch.StartNew();
            using var memory = new MemoryPeak(host, Look);
            await LaunchAndWaitAsync(host, await GeneratedRepository.CreateAsync(Path.Combine(work.FullName, "load"), 100), Agents, Lines, session =>
            {
                for (int i = 0; i < WatchersOfEachKind; i++)
                    watchers.Follow($"follower {i}", session);
            });
            const int Watched = Agents * WatchersOfEachKind * 2;
            while (watchers.Counts < Watched || watchers.Lines.Any(l => l < Lines))
            {
                await watchers.ThrowIfFailedAsync();
                if (time.Elapsed > Patience)
                    throw new InvalidOperationException($"Lines were lost: {watchers.Counts} of {Watched} outputs, {string.Join(", ", watchers.Lines.Where(l => l < Lines))} lines.");
                await Task.Delay(Look);
            }

            string label = $"{Agents} agents, {Lines} lines each, {WatchersOfEachKind * 2} watchers";
            reporter.Add(new Measurement(Name, $"{label}: until all was read", time.Elapsed.TotalSeconds, "s", null));
            reporter.Add(new Measurement(Name, $"{label}: memory above idle", memory.Stop() - idle, "MB", MostMemory));
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task LaunchAndWaitAsync(HostProcess host, string repository, int agents, int lines, Action<string> onSession)
    {
        IEnumerable<LaunchAgent> launched = Enumerable.Range(1, agents).Select(n =>
        {
            string script = $$"""awk 'BEGIN { for (i = 1; i <= {{lines}}; i++) printf "%d of agent {{n}} tells of its work, at some length, as agents do: %d.\n", i, i * 7 }'; echo x > agent-{{n}}.txt""";
            return new LaunchAgent("bench", $"Print as agent {n}", new CommandLine(["/bin/sh", "-c", script]));
        });
        LaunchResponse response = await host.Client.LaunchAsync(new LaunchRequest("bench", repository, null, null, [.. launched]), CancellationToken.None);
        HashSet<string> seen = [];
        while (true)
        {
            ProjectView project = await host.Client.ProjectAsync(response.ProjectId, CancellationToken.None);
            foreach (SessionView session in project.Sessions.Where(s => seen.Add(s.SessionId)))
                onSession(session.SessionId);
            if (project.IsFinal)
            {
                if (project.Phase != Phases.Completed || seen.Count != agents)
                    throw new InvalidOperationException($"The project {project.Phase} with {seen.Count} sessions: {project.ErrorMessage}");
                return;
            }
            await Task.Delay(Look);
        }
    }
}
