using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S12_SuspendTerminateTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static bool IsSuspended(OrchestrationMetadata found) => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended;

    [Fact]
    public async Task S12_01_Events_wait_while_suspended_and_S12_02_come_in_order_after_it()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("three", async context =>
            {
                context.SetCustomStatus("here");
                string all = "";
                for (int i = 0; i < 3; i++)
                {
                    all += await context.WaitForExternalEvent<string>("e");
                    context.SetCustomStatus(all);
                }

                return all;
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("three");
        await host.Until(id, found => found.SerializedCustomStatus is not null);
        await host.Client.SuspendInstanceAsync(id, "a pause");
        await host.Until(id, IsSuspended);
        foreach (string text in new[] { "a", "b", "c" })
            await host.Client.RaiseEventAsync(id, "e", text);
        await host.UntilHistory(id, history => history.OfType<EventRaisedEvent>().Count() == 3);

        OrchestrationMetadata waiting = (await host.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, waiting.RuntimeStatus);
        Assert.Equal("here", waiting.ReadCustomStatusAs<string>());
        await host.Client.ResumeInstanceAsync(id, "on");

        Assert.Equal("abc", (await host.EndOf(id)).ReadOutputAs<string>());
        IList<HistoryEvent> history = await host.Client.GetOrchestrationHistoryAsync(id);
        Assert.Equal("a pause", Assert.Single(history.OfType<ExecutionSuspendedEvent>()).Reason);
        Assert.Equal("on", Assert.Single(history.OfType<ExecutionResumedEvent>()).Reason);
    }

    [Fact]
    public async Task S12_01_Actions_of_the_turn_that_suspends_are_held_back_and_S12_02_emitted_on_resume()
    {
        var time = new FakeTimeProvider();
        int calls = 0;
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<int>("one", context => context.CallActivityAsync<int>("count"))
                .AddActivityFunc<int>("count", _ => Interlocked.Increment(ref calls)),
            time: time);
        string id = await StartInOneBatchAsync(host, time, "one", client => client.SuspendInstanceAsync("x"));
        await host.Until(id, IsSuspended);

        Assert.Empty((await host.Client.GetOrchestrationHistoryAsync(id)).OfType<TaskScheduledEvent>());
        Assert.Equal(0, Volatile.Read(ref calls));
        await host.Client.ResumeInstanceAsync(id);

        Assert.Equal(1, (await host.EndOf(id)).ReadOutputAs<int>());
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task S12_01_A_running_activity_goes_on_and_its_result_waits()
    {
        var running = new TaskCompletionSource();
        var release = new TaskCompletionSource<int>();
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("one", context => context.CallActivityAsync<int>("slow"))
            .AddActivityFunc<int>("slow", _ =>
            {
                running.TrySetResult();
                return release.Task;
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("one");
        await running.Task;
        await host.Client.SuspendInstanceAsync(id);
        await host.Until(id, IsSuspended);
        release.SetResult(7);
        await host.UntilHistory(id, history => history.OfType<TaskCompletedEvent>().Any());

        Assert.True(IsSuspended((await host.Client.GetInstanceAsync(id))!));
        await host.Client.ResumeInstanceAsync(id);

        Assert.Equal(7, (await host.EndOf(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task S12_02_A_timer_that_fell_due_meanwhile_fires_on_resume()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc("sleeps", context => context.CreateTimer(Hour, CancellationToken.None)),
            time: time);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("sleeps");
        await host.UntilHistory(id, history => history.OfType<TimerCreatedEvent>().Any());
        await host.Client.SuspendInstanceAsync(id);
        await host.Until(id, IsSuspended);
        time.Advance(2 * Hour);
        await host.UntilHistory(id, history => history.OfType<TimerFiredEvent>().Any());

        Assert.True(IsSuspended((await host.Client.GetInstanceAsync(id))!));
        await host.Client.ResumeInstanceAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.EndOf(id)).RuntimeStatus);
    }

    [Fact]
    public async Task S12_03_Terminate_overrides_suspension()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("waits", context => context.WaitForExternalEvent<string>("never")));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await host.Client.SuspendInstanceAsync(id);
        await host.Until(id, IsSuspended);
        await host.Client.TerminateInstanceAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOf(id)).RuntimeStatus);
    }

    [Fact]
    public async Task S12_04_Terminate_keeps_the_given_output()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("waits", context => context.WaitForExternalEvent<string>("never")));
        string plain = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        string bare = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await host.Client.TerminateInstanceAsync(plain, new { Why = "enough" });
        await host.Client.TerminateInstanceAsync(bare);

        OrchestrationMetadata end = await host.EndOf(plain);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("""{"Why":"enough"}""", end.SerializedOutput);
        Assert.Null(end.FailureDetails);
        Assert.Null((await host.EndOf(bare)).SerializedOutput);
    }

    [Fact]
    public async Task S12_04_Actions_of_the_turn_that_terminates_are_still_emitted()
    {
        var inTurn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var endTurn = new ManualResetEventSlim();
        int activities = 0;
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("busy", async context =>
            {
                // The first turn lasts until the event and the termination are both there for the second.
                inTurn.TrySetResult();
                endTurn.Wait();
                await context.WaitForExternalEvent<string>("go");
                context.SendEvent("other", "hello", "from busy");
                Task child = context.CallSubOrchestratorAsync("child", null, new SubOrchestrationOptions(instanceId: "the-child"));
                await context.CallActivityAsync("nothing");
                await child;
            })
            .AddOrchestratorFunc<string>("hears", context => context.WaitForExternalEvent<string>("hello"))
            .AddOrchestratorFunc<string>("child", context => context.InstanceId)
            .AddActivityFunc("nothing", _ => { Interlocked.Increment(ref activities); }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("hears", new StartOrchestrationOptions("other"));
        await host.Client.WaitForInstanceStartAsync("other");
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("busy");
        await inTurn.Task;
        await host.Client.RaiseEventAsync(id, "go", "now");
        await host.Client.TerminateInstanceAsync(id);
        endTurn.Set();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOf(id)).RuntimeStatus);
        Assert.Equal("from busy", (await host.EndOf("other")).ReadOutputAs<string>());
        Assert.Equal("the-child", (await host.EndOf("the-child")).ReadOutputAs<string>());
        Assert.Single((await host.Client.GetOrchestrationHistoryAsync(id)).OfType<TaskScheduledEvent>());

        // But for the activity: a deviation. It would have been queued before the child that has ended by now.
        Assert.Equal(0, await host.Engine.ReadAsync(session => (long)session.Scalar("SELECT count(*) FROM work")!));
        Assert.Equal(0, Volatile.Read(ref activities));
    }

    [Fact]
    public async Task S12_04_A_running_activity_is_not_cancelled_and_its_result_is_dropped()
    {
        var running = new TaskCompletionSource();
        var release = new TaskCompletionSource<int>();
        var ended = new TaskCompletionSource<bool>();
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("one", context => context.CallActivityAsync<int>("slow"))
            .AddActivityFunc<int>("slow", async context =>
            {
                running.SetResult();
                int result = await release.Task;
                ended.SetResult(((Orchestra.DurableTask.Engine.EmbeddedTaskActivityContext)context).CancellationToken.IsCancellationRequested);
                return result;
            })
            .AddOrchestratorFunc("fence", context => context.CallActivityAsync("nothing"))
            .AddActivityFunc("nothing", _ => { }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("one");
        await running.Task;
        await host.Client.TerminateInstanceAsync(id);
        await host.EndOf(id);
        release.SetResult(1);

        Assert.False(await ended.Task);
        await host.RunAsync("fence");
        Assert.Empty((await host.Client.GetOrchestrationHistoryAsync(id)).OfType<TaskCompletedEvent>());
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
    }

    [Fact]
    public async Task S12_04_Timers_are_dropped_and_children_left_alone()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc("parent", async context => await Task.WhenAny(
                    context.CreateTimer(Hour, CancellationToken.None),
                    context.CallSubOrchestratorAsync("child", null, new SubOrchestrationOptions(instanceId: "the-child"))))
                .AddOrchestratorFunc("child", context => context.CreateTimer(2 * Hour, CancellationToken.None)),
            time: time);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("parent");
        await host.Client.WaitForInstanceStartAsync("the-child");
        await host.UntilHistory("the-child", history => history.OfType<TimerCreatedEvent>().Any());
        await host.Client.TerminateInstanceAsync(id);
        await host.EndOf(id);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("the-child"))!.RuntimeStatus);
        time.Advance(3 * Hour);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.EndOf("the-child")).RuntimeStatus);
        Assert.Empty((await host.Client.GetOrchestrationHistoryAsync(id)).OfType<TimerFiredEvent>());
    }

    [Fact]
    public async Task S12_05_An_instance_that_has_not_begun_is_terminated()
    {
        int runs = 0;
        var time = new FakeTimeProvider();
        await using TestHost host = TestHost.Create(
            tasks => tasks
                .AddOrchestratorFunc("waits", context => context.WaitForExternalEvent<string>("never"))
                .AddOrchestratorFunc("counts", _ => { Interlocked.Increment(ref runs); }),
            time: time);
        string pending = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        string later = await host.Client.ScheduleNewOrchestrationInstanceAsync("counts", new StartOrchestrationOptions { StartAt = time.GetUtcNow() + Hour });
        await host.Client.TerminateInstanceAsync(pending, "no");
        await host.Client.TerminateInstanceAsync(later, "never");
        await host.StartWorkerAsync();

        Assert.Equal("no", (await host.EndOf(pending)).ReadOutputAs<string>());
        OrchestrationMetadata end = await host.EndOf(later);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("never", end.ReadOutputAs<string>());
        time.Advance(2 * Hour);
        await host.RunAsync("counts");
        Assert.Equal(1, Volatile.Read(ref runs));
    }

    [Fact]
    public async Task S12_06_Commands_in_the_wrong_state_are_ignored()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("ends", _ => { })
            .AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("go")));
        string ended = (await host.RunAsync("ends")).InstanceId;
        await host.Client.SuspendInstanceAsync(ended);
        await host.Client.ResumeInstanceAsync(ended);
        await host.Client.TerminateInstanceAsync(ended);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.GetInstanceAsync(ended))!.RuntimeStatus);

        string waits = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await host.Client.ResumeInstanceAsync(waits);
        await host.Client.SuspendInstanceAsync(waits);
        await host.Client.SuspendInstanceAsync(waits);
        await host.Until(waits, IsSuspended);
        await host.Client.ResumeInstanceAsync(waits);
        await host.Client.RaiseEventAsync(waits, "go", "done");
        Assert.Equal("done", (await host.EndOf(waits)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S12_08_An_event_before_the_suspension_is_processed()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc("two", async context =>
            {
                context.SetCustomStatus(await context.WaitForExternalEvent<string>("e"));
                context.SetCustomStatus(await context.WaitForExternalEvent<string>("e"));
            }),
            time: time);
        string id = await StartInOneBatchAsync(host, time, "two", async client =>
        {
            await client.RaiseEventAsync("x", "e", "before");
            await client.SuspendInstanceAsync("x");
            await client.RaiseEventAsync("x", "e", "after");
        });

        Assert.Equal("before", (await host.Until(id, IsSuspended)).ReadCustomStatusAs<string>());
        await host.Client.ResumeInstanceAsync(id);
        Assert.Equal("after", (await host.EndOf(id)).ReadCustomStatusAs<string>());
    }

    /// <summary>What is sent to an instance with a start time waits for its start; so all of it comes in one turn.</summary>
    private static async Task<string> StartInOneBatchAsync(TestHost host, FakeTimeProvider time, string name, Func<DurableTaskClient, Task> send)
    {
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync(name, new StartOrchestrationOptions("x", time.GetUtcNow() + Hour));
        await send(host.Client);
        time.Advance(Hour);
        return id;
    }
}
