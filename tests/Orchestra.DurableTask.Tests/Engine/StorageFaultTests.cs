using System.Globalization;
using DurableTask.Core.History;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Tests.Engine;

public class StorageFaultTests
{
    private const int TurnFailed = 6;
    private const int ResultFailed = 8;

    private static readonly string Big = new('x', 2_000_000);

    [Fact]
    public async Task A_result_for_which_the_disk_has_no_room_is_kept_until_it_has()
    {
        using var journal = new TempJournal();
        using var logs = new LogWaiter(ResultFailed);
        var gate = new TaskCompletionSource();
        int runs = 0;
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<int>("caller", async context => (await context.CallActivityAsync<string>("big")).Length)
                .AddActivityFunc<string>("big", async _ =>
                {
                    await gate.Task;
                    Interlocked.Increment(ref runs);
                    return Big;
                }),
            journal.Options,
            logs: logs);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("caller");
        await host.Client.WaitForInstanceStartAsync(id);

        await LimitSizeAsync(host, full: true);
        gate.SetResult();
        Assert.Contains("the disk is full", Assert.IsAssignableFrom<IOException>(await logs.Seen).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await host.Client.GetOrchestrationHistoryAsync(id), entry => entry.EventType == EventType.TaskCompleted);
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
        await LimitSizeAsync(host, full: false);

        Assert.Equal(Big.Length, (await host.EndOf(id)).ReadOutputAs<int>());
        Assert.Equal(1, runs);
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task A_turn_for_which_the_disk_has_no_room_leaves_nothing_behind_and_is_done_when_it_has()
    {
        using var journal = new TempJournal();
        using var logs = new LogWaiter(TurnFailed);
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<string>("grow", async context =>
            {
                string answer = await context.WaitForExternalEvent<string>("go");
                context.SetCustomStatus(Big);
                return answer;
            }),
            journal.Options,
            logs: logs);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("grow");
        await host.Client.WaitForInstanceStartAsync(id);
        int before = (await host.Client.GetOrchestrationHistoryAsync(id)).Count;

        await LimitSizeAsync(host, full: true);
        await host.Client.RaiseEventAsync(id, "go", "on");
        Assert.Contains("the disk is full", Assert.IsAssignableFrom<IOException>(await logs.Seen).Message, StringComparison.Ordinal);
        Assert.Equal(before, (await host.Client.GetOrchestrationHistoryAsync(id)).Count);
        await LimitSizeAsync(host, full: false);

        Assert.Equal("on", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_the_disk_has_room_for_is_written_though_its_batch_was_too_much()
    {
        using var journal = new TempJournal();
        await using TestHost host = TestHost.Create(_ => { }, journal.Options);
        await LimitSizeAsync(host, full: true);
        using var together = new ManualResetEventSlim();
        Task<bool> first = host.Engine.Writer.Probe(_ => together.Wait(Eventually.Patience));

        Task<string> big = host.Client.ScheduleNewOrchestrationInstanceAsync("any", Big);
        Task<string> small = host.Client.ScheduleNewOrchestrationInstanceAsync("any", "small");
        together.Set();

        Assert.True(await first);
        Assert.Contains("the disk is full", (await Assert.ThrowsAnyAsync<IOException>(() => big)).Message, StringComparison.Ordinal);
        Assert.NotNull(await host.Client.GetInstanceAsync(await small));
    }

    [Fact]
    public async Task A_file_that_another_program_keeps_locked_is_an_error_and_then_works_again()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<string>("hello", _ => "world"),
            options =>
            {
                journal.Options(options);
                options.LockPatience = TimeSpan.FromMilliseconds(20);
            });
        using (var other = new SqliteConnection($"Data Source={journal.Path};Pooling=false"))
        {
            other.Open();
            using SqliteTransaction held = other.BeginTransaction(deferred: false);

            IOException error = await Assert.ThrowsAnyAsync<IOException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("hello"));
            Assert.Contains("is locked by another program", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("world", (await host.RunAsync("hello")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Who_opens_a_new_file_at_the_same_time_waits_for_the_other()
    {
        for (int i = 0; i < 10; i++)
        {
            using var journal = new TempJournal();
            using var together = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    for (int again = 0; again < 20; again++)
                        new Database(journal.Path, "OFF").Dispose();
                },
                TaskCreationOptions.LongRunning)));
        }
    }

    [Fact]
    public async Task A_file_that_becomes_read_only_is_an_error_and_then_works_again()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc<string>("hello", _ => "world"), journal.Options);
        await RunAsync(host, "PRAGMA query_only = 1");

        IOException error = await Assert.ThrowsAnyAsync<IOException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("hello"));
        await RunAsync(host, "PRAGMA query_only = 0");

        Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
        Assert.Equal("world", (await host.RunAsync("hello")).ReadOutputAs<string>());
    }

    [Fact]
    public void A_folder_that_takes_no_file_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");

        IOException error = Assert.ThrowsAny<IOException>(() => TestHost.Create(_ => { }, options => options.Path = "/proc/self/journal.db"));

        Assert.Contains("The journal '/proc/self/journal.db' cannot be opened: its folder is missing or not writable.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_journal_is_left_alone()
    {
        using var journal = new TempJournal();
        await File.WriteAllTextAsync(journal.Path, new string('x', 5000));

        IOException error = Assert.ThrowsAny<IOException>(() => TestHost.Create(_ => { }, journal.Options));

        Assert.Contains("is not a database", error.Message, StringComparison.Ordinal);
        Assert.Equal(5000, new FileInfo(journal.Path).Length);
    }

    /// <summary>A full disk, as SQLite sees one: the file may not grow beyond what it has.</summary>
    private static Task LimitSizeAsync(TestHost host, bool full) => host.Engine.Writer.Probe(session =>
    {
        long pages = full ? (long)session.Scalar("PRAGMA page_count")! + 20 : 1_000_000;
        session.Script(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
        return true;
    });

    private static Task RunAsync(TestHost host, string pragma) => host.Engine.Writer.Probe(session =>
    {
        session.Script(pragma);
        return true;
    });
}
