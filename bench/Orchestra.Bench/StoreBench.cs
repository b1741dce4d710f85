using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Storage;

namespace Orchestra.Bench;

/// <summary><c>./bench.sh store</c>: what a page of projects and one project cost after 10,000 projects with 100,000 sessions. The reference is the goal.</summary>
internal static class StoreBench
{
    private const string Name = "store";
    private const int Projects = 10_000;
    private const int Rounds = 101;
    private const double GoalMilliseconds = 20;

    public static async Task RunAsync(Reporter reporter)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("orchestra-bench-");
        try
        {
            using var tables = new SqliteTableStore(Path.Combine(work.FullName, "state.db"));
            string[] ids = await GeneratedHistory.FillAsync(tables, Projects);
            var store = new ProjectStore(tables);
            await MeasureAsync(reporter, "newest 50 projects", _ => store.ListProjectsAsync(new(50), default));
            await MeasureAsync(reporter, "50 projects by offset 9,900", _ => store.ListProjectsAsync(new(50, 9_900), default));
            await MeasureAsync(reporter, "50 projects after the 9,900th", _ => store.ListProjectsAsync(new(50, After: ids[100]), default));
            await MeasureAsync(reporter, "50 sessions after the 99,000th", _ => store.ListAllSessionsAsync(new(50, After: GeneratedHistory.SessionOf(100, 0)), default));
            await MeasureAsync(
                reporter, "50 of 50,000 sessions by team and status",
                _ => store.ListAllSessionsAsync(new(50), default, new SessionFilter("feature-dev", "completed", null)));
            await MeasureAsync(reporter, "a project with sessions and decisions", async round =>
            {
                string id = ids[round * 97 % ids.Length];
                await store.FindProjectAsync(id, default);
                await store.ListSessionsAsync(id, default);
                await store.ListDecisionsAsync(id, default);
            });
            await MeasureAsync(reporter, "a session by its id", round => store.FindSessionAsync(GeneratedHistory.SessionOf(round * 97 % ids.Length, 3), default));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            work.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Reporter reporter, string name, Func<int, Task> read)
    {
        await read(0);
        var times = new List<double>();
        for (int round = 1; round <= Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            await read(round);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        reporter.Add(new Measurement(Name, name, times[Rounds / 2], "ms", GoalMilliseconds));
    }
}
