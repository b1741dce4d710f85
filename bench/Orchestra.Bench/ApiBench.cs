using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orchestra.Core.Events;
using Orchestra.Storage;

namespace Orchestra.Bench;

/// <summary>
/// <c>./bench.sh api</c>: after a long history, each read by itself, and then mixed reads at a fixed rate, the clients on the same machine, while a
/// project of six agents that print goes its whole way again and again.
/// </summary>
internal static class ApiBench
{
    private const string Name = "api";
    private const int Rate = 2_000;
    private const double GoalMilliseconds = 50;
    private const int Projects = 10_000;
    private const int Outputs = 100;
    private const int LinesEach = 50_000;
    private const int LinesTogether = 100;
    private const int LineLength = 54;
    private const int Rounds = 101;
    private const double GoalAlone = 20;
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
            await MeasureAloneAsync(reporter, host.Address, projects);
            string repository = await GeneratedRepository.CreateAsync(Path.Combine(work.FullName, "repository"), 100);
            using var stop = new CancellationTokenSource();
            var pipeline = new PipelineLoop(host.Client, repository, Agents);
            Task running = pipeline.RunAsync(stop.Token);
            // A launch that fails ends the loop before there is a session.
            if (await Task.WhenAny(pipeline.FirstSession, running) == running)
                await running;
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
        var log = new Core.Events.EventLog(tables);
        for (int i = 0; i < Outputs; i++)
        {
            await log.AppendAsync(Pieces(i), default);
            string run = Path.Combine(data, "runs", Printed(i));
            Directory.CreateDirectory(run);
            await File.WriteAllLinesAsync(
                Path.Combine(run, "output.log"), Enumerable.Range(1, LinesEach).Select(n => $"line {n:d6} of agent {i} tells of its work as agents do"));
        }

        SqliteConnection.ClearAllPools();
        return ids;
    }

    // As the host tells output while it is printed: five times a second, of an agent that prints some hundred lines a second.
    private static NewEvent[] Pieces(int number)
    {
        string session = Printed(number);
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return
        [
            .. Enumerable.Range(0, LinesEach / LinesTogether).Select(n => NewEvent.Of(
                $"output/{session}/{n}", EventChannels.Teams, EventTypes.TeamProgress, EventNames.Stdout, null, session, now,
                new { Offset = n * LinesTogether * LineLength, Length = LinesTogether * LineLength, RunId = session, RunOffset = n * LinesTogether * LineLength })),
        ];
    }

    private static string Printed(int number) => GeneratedHistory.SessionOf(number * 97, 3);

    private static async Task MeasureAloneAsync(Reporter reporter, Uri address, string[] projects)
    {
        using var http = new HttpClient { BaseAddress = address };
        string label = $"{Projects} projects, {Outputs * LinesEach / 1_000_000} million lines";
        await MeasureAsync("a list of projects", _ => "api/gm/projects?limit=50");
        await MeasureAsync("a list of sessions, far behind", round => $"api/teams?limit=50&offset={round * 90}");
        await MeasureAsync("a project", round => $"api/gm/projects/{projects[round * 97]}");
        await MeasureAsync("events in the middle of the log, with their output", round => $"api/events?after={round * 400}&types=stdout&limit=50");
        await MeasureAsync("64 KiB in the middle of an output", round => $"api/teams/{Printed(round % Outputs)}/output?after={LinesEach * 20}&limit=65536");

        async Task MeasureAsync(string name, Func<int, string> path)
        {
            var times = new List<double>();
            for (int round = 0; round <= Rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                using HttpResponseMessage response = await http.GetAsync(path(round));
                if (!response.IsSuccessStatusCode || (await response.Content.ReadAsByteArrayAsync()).Length == 0)
                    throw new InvalidOperationException($"{path(round)}: {(int)response.StatusCode}");
                if (round > 0)
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            times.Sort();
            reporter.Add(new Measurement(Name, $"{label}: {name}", times[times.Count / 2], "ms", GoalAlone));
        }
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
        $"api/events?after={Outputs * LinesEach / LinesTogether}&limit=50",
        "api/stats",
        "api/capacity",
    ];
}
