using Microsoft.Data.Sqlite;
using Orchestra.Client;
using Orchestra.Core.Pipeline;
using Orchestra.Storage;

namespace Orchestra.Bench;

/// <summary><c>./bench.sh api</c>: mixed reads at a fixed rate, the clients on the same machine, while a project of six agents that print goes its whole way again and again.</summary>
internal static class ApiBench
{
    private const string Name = "api";
    private const int Rate = 2_000;
    private const double GoalMilliseconds = 50;
    private const int Projects = 1_000;
    private const int Agents = 6;

    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(Reporter reporter)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("orchestra-bench-");
        try
        {
            string data = Path.Combine(work.FullName, "data");
            string[] projects = await FillAsync(data);
            await using HostProcess host = await HostProcess.StartAsync(data, await PipelineBench.WriteConfigAsync(work.FullName));
            string repository = await GeneratedRepository.CreateAsync(Path.Combine(work.FullName, "repository"), 100);
            using var stop = new CancellationTokenSource();
            var pipeline = new PipelineLoop(host.Client, repository, Agents);
            Task running = pipeline.RunAsync(stop.Token);
            string session = await pipeline.FirstSession;

            using var load = new PacedReads(host.Address, Paths(projects, session));
            await load.RunAsync(Rate, Warming);
            PacedReads.Result result = await load.RunAsync(Rate, Measuring);
            await stop.CancelAsync();
            await running;

            if (result.Failures.Count > 0)
                throw new InvalidOperationException($"{result.Failures.Count} of {result.Sent} reads failed; the first: {result.Failures[0]}");
            string label = $"{Rate} mixed reads/s, {pipeline.Completed} projects meanwhile";
            reporter.Add(new Measurement(Name, "reads answered", result.PerSecond, "1/s", Rate));
            reporter.Add(new Measurement(Name, $"{label}: median", result.Percentile(0.5), "ms", null));
            reporter.Add(new Measurement(Name, $"{label}: p95", result.Percentile(0.95), "ms", null));
            reporter.Add(new Measurement(Name, $"{label}: p99", result.Percentile(0.99), "ms", GoalMilliseconds));
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task<string[]> FillAsync(string data)
    {
        Directory.CreateDirectory(data);
        using var tables = new SqliteTableStore(Path.Combine(data, "state.db"));
        string[] ids = await GeneratedHistory.FillAsync(tables, Projects);
        SqliteConnection.ClearAllPools();
        return ids;
    }

    // What dashboards and scripts ask for: lists, details, what is new, what was printed.
    private static string[] Paths(string[] projects, string session) =>
    [
        "api/gm/projects?limit=20",
        $"api/gm/projects/{projects[^1]}",
        $"api/gm/projects/{projects[Projects / 2]}",
        "api/teams?limit=20",
        $"api/teams/{GeneratedHistory.SessionOf(Projects / 3, 4)}",
        $"api/teams/{session}",
        $"api/teams/{session}/output?after=0&limit=4096",
        "api/events?after=0&limit=50",
        "api/stats",
        "api/capacity",
    ];
}
