using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Engine;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Tests.Engine;

public class LeaseTests
{
    [Fact]
    public async Task Two_workers_on_one_file_run_nothing_twice()
    {
        using var journal = new TempJournal();
        var runs = new ConcurrentDictionary<string, int>();
        void Tasks(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc<int>("work", async context =>
            {
                int[] parts = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => context.CallActivityAsync<int>("count", $"{context.InstanceId} {i}")));
                return parts.Sum();
            })
            .AddActivityFunc<string, int>("count", (_, key) => runs.AddOrUpdate(key, 1, (_, n) => n + 1));
        await using TestHost first = await TestHost.StartAsync(Tasks, journal.Options);
        await using TestHost second = await TestHost.StartAsync(Tasks, journal.Options);
        await using TestHost client = TestHost.Create(Tasks, journal.Options);

        TestHost[] hosts = [first, second, client];
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => hosts[i % 3].Client.ScheduleNewOrchestrationInstanceAsync("work")));
        foreach (string id in ids)
            Assert.Equal(5, (await client.EndOf(id)).ReadOutputAs<int>());

        Assert.Equal(300, runs.Count);
        Assert.All(runs.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task A_turn_of_an_owner_that_has_lost_its_lease_is_refused()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("wait", async context => await context.WaitForExternalEvent<string>("go")));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");
        await host.Client.WaitForInstanceStartAsync(id);
        string me = host.Engine.Owner!;
        var late = new TurnCommit { InstanceId = id, ExecutionId = "x", Epoch = 0, Now = host.Engine.Now, Status = OrchestrationRuntimeStatus.Completed };

        await Assert.ThrowsAsync<LeaseLostException>(() => host.Engine.Writer.Run((session, _) => TurnStore.Commit(session, me, late)));
        await Assert.ThrowsAsync<LeaseLostException>(() => host.Engine.Writer.Run((session, _) => TurnStore.CompleteWork(session, me, new WorkItem(99, id, "x", 0, "a", "", null), new JournalEvent())));

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
    }

    [Fact]
    public async Task A_worker_whose_leases_were_taken_begins_again()
    {
        using var journal = new TempJournal();
        static void Tasks(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc<string>("wait", async context => await context.WaitForExternalEvent<string>("go"));
        await using TestHost host = await TestHost.StartAsync(Tasks, journal.Options);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");
        await host.Client.WaitForInstanceStartAsync(id);
        string before = host.Engine.Owner!;

        await host.Engine.Writer.Run((session, _) =>
        {
            LeaseStore.Release(session, before, died: true);
            return true;
        });
        await host.Engine.RestartWorkerAsync(before);
        await host.Client.RaiseEventAsync(id, "go", "on");

        Assert.NotEqual(before, host.Engine.Owner);
        Assert.Equal("on", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_that_takes_its_process_down_is_given_up_in_the_end()
    {
        using var journal = new TempJournal();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var started = new SemaphoreSlim(0);
        void Options(EmbeddedOptions options)
        {
            journal.Options(options);
            options.MaxAttempts = 2;
            options.DrainTimeout = TimeSpan.Zero;
        }

        void Tasks(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc("caller", async context => await context.CallActivityAsync("deadly"))
            .AddActivityFunc("deadly", async _ =>
            {
                started.Release();
                await new TaskCompletionSource().Task;
            });

        TestHost host = await TestHost.StartAsync(Tasks, Options, time);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("caller");
        for (int crash = 0; crash < 3; crash++)
        {
            Assert.True(await started.WaitAsync(Eventually.Patience));
            await host.CrashAsync();
            time.Advance(TimeSpan.FromSeconds(11));
            host = await TestHost.StartAsync(Tasks, Options, time);
        }

        OrchestrationMetadata end = await host.EndOf(id);
        await host.DisposeAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("PoisonActivity", end.FailureDetails!.InnerFailure!.ErrorType);
    }

    [Fact]
    public async Task An_instance_whose_turns_take_its_process_down_is_given_up_in_the_end()
    {
        using var journal = new TempJournal();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        void Options(EmbeddedOptions options)
        {
            journal.Options(options);
            options.MaxAttempts = 3;
        }

        // A turn that is not committed before its process is gone: here because it never can be.
        string unwritable = new('x', 2_000_000);
        void Tasks(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc("deadly", async context =>
            {
                context.SetCustomStatus(await context.WaitForExternalEvent<string>("go") + unwritable);
                await context.WaitForExternalEvent<string>("more");
            });

        TestHost host = await TestHost.StartAsync(Tasks, Options, time);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("deadly");
        await host.Client.WaitForInstanceStartAsync(id);
        for (int crash = 0; crash < 4; crash++)
        {
            using var logs = new LogWaiter(6);
            await host.CrashAsync();
            time.Advance(TimeSpan.FromSeconds(11));
            host = TestHost.Create(Tasks, Options, time, logs: logs);
            await host.Engine.Writer.Probe(session =>
            {
                session.Script("PRAGMA max_page_count = 100");
                return true;
            });
            await host.StartAsync();
            if (crash == 1)
                await host.Client.RaiseEventAsync(id, "go", "on");
            if (crash is 1 or 2)
                Assert.IsAssignableFrom<IOException>(await logs.Seen);
        }

        OrchestrationMetadata end = await host.EndOf(id);
        await host.DisposeAsync();
        Assert.Equal("PoisonInstance", end.FailureDetails!.ErrorType);
    }

    [Fact]
    public void A_process_is_dead_only_with_proof()
    {
        ProcessIdentity me = ProcessIdentity.Current;

        Assert.False(me.IsProvablyDead());
        Assert.False((me with { Boot = "another" }).IsProvablyDead());
        Assert.False((me with { Started = "" }).IsProvablyDead());
        if (me.Boot.Length > 0 && me.Started.Length > 0)
            Assert.True((me with { Started = "1" }).IsProvablyDead());
    }

    [Fact]
    public async Task A_failing_write_does_not_spoil_others_of_its_batch()
    {
        await using TestHost host = TestHost.Create(_ => { });
        Writer writer = host.Engine.Writer;

        Task<int> bad = writer.Run<int>((session, _) =>
        {
            session.Execute("INSERT INTO meta (key, value) VALUES ('bad', '1')");
            throw new InvalidDataException("no");
        });
        Task<int> good = writer.Run((session, _) => session.Execute("INSERT INTO meta (key, value) VALUES ('good', '1')"));

        Assert.Equal(1, await good);
        await Assert.ThrowsAsync<InvalidDataException>(() => bad);
        Assert.Equal(["good", "schema"], await host.Engine.ReadAsync(session => session.Query("SELECT key FROM meta ORDER BY key", row => row.GetString(0))));
    }
}
