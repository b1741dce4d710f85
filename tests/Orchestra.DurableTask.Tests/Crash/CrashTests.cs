using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.CrashWorker;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Crash;

/// <summary>
/// Kills worker processes at random in the middle of a mixed workload and looks at what is left. ORCHESTRA_CRASH_KILLS sets how
/// often (a longer run), ORCHESTRA_CRASH_SEED repeats the draws of an earlier run.
/// </summary>
public class CrashTests
{
    private const int Batches = 5;

    private static readonly int Kills = Setting("ORCHESTRA_CRASH_KILLS") ?? 50;

    [Fact]
    public async Task Whatever_is_killed_every_result_is_right_and_nothing_committed_runs_again()
    {
        Random random = Seeded();
        using var journal = new TempJournal();
        for (int kill = 0; kill < Kills; kill++)
        {
            using var worker = new WorkerProcess(journal.Folder, Math.Max(0, kill - 2), kill, finish: false);

            // One in eight dies while it starts; the others somewhere in their work, or when they have nothing left to do.
            await worker.ReadLinesAsync(random.Next(8) == 0 ? 1 : 2 + random.Next(600));
            await worker.KillAsync();
        }

        using (var last = new WorkerProcess(journal.Folder, 0, Kills - 1, finish: true))
            await last.EndAsync();

        await CheckAsync(journal, Workload.Ids(0, Kills - 1));
    }

    [Fact]
    public async Task Two_processes_share_a_file_and_one_finishes_what_the_other_was_killed_in()
    {
        Random random = Seeded();
        using var journal = new TempJournal();
        using var doomed = new WorkerProcess(journal.Folder, 0, Batches - 1, finish: false);
        using var survivor = new WorkerProcess(journal.Folder, 0, Batches - 1, finish: true);
        await doomed.ReadLinesAsync(100 + random.Next(300));
        DateTime killed = DateTime.UtcNow;
        await doomed.KillAsync();
        await survivor.EndAsync();

        await CheckAsync(journal, Workload.Ids(0, Batches - 1));
        foreach (IGrouping<string, ActivityRun> runs in ActivityLog.Read(journal.Folder).Where(run => !run.Key.EndsWith("/flaky", StringComparison.Ordinal)).GroupBy(run => run.Key))
        {
            // A second run is the survivor's, of what the other had begun and did not live to commit.
            int[] processes = [.. runs.Select(run => run.Process)];
            if (processes.Length > 1)
            {
                Assert.Equal([doomed.Id, survivor.Id], processes);
                Assert.True(runs.Last().At >= killed, $"{runs.Key} ran in both processes while both lived");
            }
        }
    }

    private static async Task CheckAsync(TempJournal journal, IEnumerable<string> ids)
    {
        ILookup<string, ActivityRun> runs = ActivityLog.Read(journal.Folder).ToLookup(run => run.Key);
        await using TestHost client = TestHost.Create(_ => { }, journal.Options);
        foreach (string id in ids)
        {
            OrchestrationMetadata end = (await client.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
            Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{id} is {end.RuntimeStatus}: {end.FailureDetails}");
            string[][] results = [.. end.ReadOutputAs<string[]>()!.Select(result => result.Split(' '))];
            Assert.Equal(Workload.ExpectedKeys(id), results.Select(result => result[0]));

            // What counts is the last run there was: none came after the one whose result was committed.
            Assert.All(results, result => Assert.Equal(result[1], runs[result[0]].Last().Token));
        }

        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    private static Random Seeded()
    {
        int seed = Setting("ORCHESTRA_CRASH_SEED") ?? Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"ORCHESTRA_CRASH_SEED={seed}");
        return new Random(seed);
    }

    private static int? Setting(string name)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
