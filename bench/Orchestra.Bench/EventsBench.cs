using System.Diagnostics;
using System.Globalization;
using Orchestra.Client;
using Orchestra.Core.Pipeline;

namespace Orchestra.Bench;

/// <summary>
/// <c>./bench.sh events</c>: four agents print 20,000 lines a second together; 200 clients, half of them web sockets and half server-sent
/// events, hear all of it, and five more connect and never read. No live client may miss a line; those that never read are dropped and, when they come
/// back, miss none either.
/// </summary>
internal static class EventsBench
{
    private const string Name = "events";
    private const int Agents = 4;
    private const int LinesEach = 40_000;
    private const int Rate = 20_000;
    private const int Clients = 200;
    private const int Dead = 5;
    private const string SocketsOpen = "orchestra_sockets_open";

    /// <summary>Megabytes more than idle.</summary>
    private const double MostMemory = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    public static async Task RunAsync(Reporter reporter)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("orchestra-bench-");
        try
        {
            await using HostProcess host = await HostProcess.StartAsync(Path.Combine(work.FullName, "data"), await PipelineBench.WriteConfigAsync(work.FullName));
            string repository = await GeneratedRepository.CreateAsync(Path.Combine(work.FullName, "repository"), 100);
            await using var listeners = new LineListeners(host.Address);
            for (int i = 0; i < Clients; i++)
                await (i % 2 == 0 ? listeners.AddSocketAsync() : listeners.AddStreamAsync());
            for (int i = 0; i < Dead; i++)
                await listeners.AddDeadAsync();
            double idle = host.Memory();
            using var memory = new MemoryPeak(host, Look);

            var time = Stopwatch.StartNew();
            LaunchResponse launched = await host.Client.LaunchAsync(
                new LaunchRequest("bench", repository, null, null, [.. Enumerable.Range(1, Agents).Select(Agent)]), CancellationToken.None);
            ProjectView project;
            while (!(project = await host.Client.ProjectAsync(launched.ProjectId, CancellationToken.None)).IsFinal)
                await Task.Delay(Look);
            if (project.Phase != Phases.Completed)
                throw new InvalidOperationException($"The project {project.Phase}: {project.ErrorMessage}");
            double agents = time.Elapsed.TotalSeconds;
            while (listeners.Lines.Any(l => l != Agents * LinesEach))
            {
                listeners.ThrowIfFailed();
                if (time.Elapsed > Patience)
                    throw new InvalidOperationException($"Lines were lost or doubled: {string.Join(", ", listeners.Lines.Where(l => l != Agents * LinesEach).Take(10))} of {Agents * LinesEach}.");
                await Task.Delay(Look);
            }

            string label = $"{Clients} clients, {Agents * LinesEach} lines";
            reporter.Add(new Measurement(Name, $"{label}: project from launch to landed", agents, "s", null));
            reporter.Add(new Measurement(Name, $"{label}: printed a second", Agents * LinesEach / agents, "1/s", Rate));
            reporter.Add(new Measurement(Name, $"{label}: last line heard after", time.Elapsed.TotalSeconds - agents, "s", null));
            reporter.Add(new Measurement(Name, $"{label}: memory above idle", memory.Stop() - idle, "MB", MostMemory));
            while (await OpenSocketsAsync(host.Address) > Clients / 2)
            {
                if (time.Elapsed > Patience)
                    throw new InvalidOperationException("Clients that never read were not dropped.");
                await Task.Delay(Look);
            }

            reporter.Add(new Measurement(Name, $"{Dead} clients that never read: the last one dropped after", time.Elapsed.TotalSeconds, "s", null));
            IReadOnlyList<(long First, long All)> resumed = await listeners.ResumeDeadAsync(Agents * LinesEach);
            if (resumed.FirstOrDefault(r => r.All != Agents * LinesEach) is { All: > 0 } wrong)
                throw new InvalidOperationException($"A client that came back heard {wrong.All} of {Agents * LinesEach} lines.");
            reporter.Add(new Measurement(Name, $"{Dead} clients that never read: lines that came when they were back", resumed.Min(r => r.All - r.First), "", null));
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task<int> OpenSocketsAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        string line = (await http.GetStringAsync("metrics")).Split('\n').First(l => l.StartsWith(SocketsOpen, StringComparison.Ordinal));
        return (int)double.Parse(line[line.LastIndexOf(' ')..], CultureInfo.InvariantCulture);
    }

    // A tenth of its rate each tenth of a second.
    private static LaunchAgent Agent(int number)
    {
        const int Piece = Rate / Agents / 10;
        string script = $$"""
            n=1
            while [ $n -lt {{LinesEach}} ]; do
                seq -f "line %06.0f of agent {{number}} tells of its work as agents do" $n $((n + {{Piece - 1}}))
                n=$((n + {{Piece}}))
                sleep 0.095
            done
            echo x > agent-{{number}}.txt
            """;
        return new LaunchAgent("bench", $"Print as agent {number}", new CommandLine(["/bin/sh", "-c", script]));
    }
}
