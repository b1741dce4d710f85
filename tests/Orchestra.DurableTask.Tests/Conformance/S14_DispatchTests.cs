using DurableTask.Core.History;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Engine;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S14_DispatchTests
{
    [Fact]
    public async Task S14_01_An_instance_has_one_turn_at_a_time()
    {
        int inside = 0;
        bool overlapped = false;
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("counts", async context =>
            {
                int count = 0;
                for (; count < 200; count++)
                {
                    await context.WaitForExternalEvent<int>("e");
                    overlapped |= Interlocked.Increment(ref inside) > 1;
                    Thread.SpinWait(1000);
                    Interlocked.Decrement(ref inside);
                }

                return count;
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("counts");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => host.Client.RaiseEventAsync(id, "e", i))));

        Assert.Equal(200, (await host.EndOf(id)).ReadOutputAs<int>());
        Assert.False(overlapped);
    }

    [Fact]
    public async Task S14_01_Activities_run_side_by_side()
    {
        var both = new[] { new TaskCompletionSource(), new TaskCompletionSource() };
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("two", context => Task.WhenAll(context.CallActivityAsync("meet", 0), context.CallActivityAsync("meet", 1)))
            .AddActivityFunc<int>("meet", (_, me) =>
            {
                both[me].SetResult();
                return both[1 - me].Task;
            }));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.RunAsync("two")).RuntimeStatus);
    }

    [Fact]
    public async Task S14_02_The_start_comes_first_in_its_turn()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("e")), time: time);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions { StartAt = time.GetUtcNow() + TimeSpan.FromHours(1) });
        await host.Client.RaiseEventAsync(id, "e", "early");
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("early", (await host.EndOf(id)).ReadOutputAs<string>());
        IList<HistoryEvent> history = await host.Client.GetOrchestrationHistoryAsync(id);
        Assert.Equal([EventType.OrchestratorStarted, EventType.ExecutionStarted, EventType.EventRaised], history.Take(3).Select(entry => entry.EventType));
    }

    [Fact]
    public async Task S14_02_A_result_for_a_former_execution_is_dropped()
    {
        int calls = 0;
        var first = new TaskCompletionSource<int>();
        var second = new TaskCompletionSource<int>();
        var running = new[] { new TaskCompletionSource(), new TaskCompletionSource() };
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("one", context => context.CallActivityAsync<int>("slow"))
            .AddActivityFunc<int>("slow", _ =>
            {
                int call = Interlocked.Increment(ref calls);
                running[call - 1].SetResult();
                return call == 1 ? first.Task : second.Task;
            })
            .AddOrchestratorFunc("fence", context => context.CallActivityAsync("nothing"))
            .AddActivityFunc("nothing", _ => { }));
        StartOrchestrationOptions same = new StartOrchestrationOptions("same").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("one", null, same);
        await running[0].Task;
        await host.Client.ScheduleNewOrchestrationInstanceAsync("one", null, same);
        await running[1].Task;
        first.SetResult(1);
        await host.RunAsync("fence");
        second.SetResult(2);

        Assert.Equal(2, (await host.EndOf("same")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task S14_02_A_message_to_an_unknown_instance_is_dropped()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("sends", context => context.SendEvent("nobody", "e", "lost"))
            .AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("e")));
        await host.RunAsync("sends");
        await host.Client.RaiseEventAsync("nobody", "e", "lost too");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("nobody"));
        await host.Client.WaitForInstanceStartAsync("nobody");
        await host.Client.RaiseEventAsync("nobody", "e", "heard");

        Assert.Equal("heard", (await host.EndOf("nobody")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S14_03_S14_04_An_instance_that_cannot_be_processed_is_failed_with_the_reason()
    {
        using var journal = new TempJournal();
        Action<DurableTaskRegistry> tasks = registry => registry.AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("e"));
        string id;
        await using (TestHost before = await TestHost.StartAsync(tasks, journal.Options))
        {
            id = await before.Client.ScheduleNewOrchestrationInstanceAsync("waits");
            await before.Client.WaitForInstanceStartAsync(id);
        }

        await using (var connection = new SqliteConnection($"Data Source={journal.Path};Pooling=False"))
        {
            await connection.OpenAsync();
            await using SqliteCommand spoil = connection.CreateCommand();
            spoil.CommandText = "UPDATE history SET body = '{' WHERE seq = 1";
            Assert.Equal(1, await spoil.ExecuteNonQueryAsync());
        }

        await using TestHost after = await TestHost.StartAsync(tasks, options =>
        {
            journal.Options(options);
            options.MaxAttempts = 2;
        });
        await after.Client.RaiseEventAsync(id, "e", "x");

        OrchestrationMetadata end = await after.EndOf(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("PoisonInstance", end.FailureDetails!.ErrorType);
        Assert.Contains("2 attempts", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S14_05_Messages_are_processed_in_order_of_arrival()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int[]>("collects", async context =>
            {
                var all = new int[50];
                for (int i = 0; i < all.Length; i++)
                    all[i] = await context.WaitForExternalEvent<int>("e");
                return all;
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("collects");
        for (int i = 0; i < 50; i++)
            await host.Client.RaiseEventAsync(id, "e", i);

        Assert.Equal(Enumerable.Range(0, 50), (await host.EndOf(id)).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task S14_07_An_activity_that_throws_is_failed_and_not_retried()
    {
        int calls = 0;
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("one", context => context.CallActivityAsync("bad"))
            .AddActivityFunc("bad", _ =>
            {
                Interlocked.Increment(ref calls);
                throw new OperationCanceledException("by itself");
            }));
        OrchestrationMetadata end = await host.RunAsync("one");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("System.OperationCanceledException", end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.Single((await host.Client.GetOrchestrationHistoryAsync(end.InstanceId)).OfType<TaskFailedEvent>());
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task S14_08_What_a_stopping_worker_leaves_unfinished_is_run_again()
    {
        using var journal = new TempJournal();
        int calls = 0;
        var running = new TaskCompletionSource();
        Action<DurableTaskRegistry> tasks = registry => registry
            .AddOrchestratorFunc<int>("one", context => context.CallActivityAsync<int>("slow"))
            .AddActivityFunc<int>("slow", async context =>
            {
                int call = Interlocked.Increment(ref calls);
                if (call > 1)
                    return call;
                running.SetResult();
                await Task.Delay(Timeout.Infinite, ((EmbeddedTaskActivityContext)context).CancellationToken);
                return call;
            });
        string id;
        await using (TestHost before = await TestHost.StartAsync(tasks, journal.Options))
        {
            id = await before.Client.ScheduleNewOrchestrationInstanceAsync("one");
            await running.Task;
        }

        await using TestHost after = await TestHost.StartAsync(tasks, journal.Options);
        Assert.Equal(2, (await after.EndOf(id)).ReadOutputAs<int>());
    }
}
