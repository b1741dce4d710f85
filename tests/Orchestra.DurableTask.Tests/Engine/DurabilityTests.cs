using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;

namespace Orchestra.DurableTask.Tests.Engine;

public class DurabilityTests
{
    [Fact]
    public async Task A_stopped_instance_goes_on_in_the_next_process_and_repeats_nothing()
    {
        using var journal = new TempJournal();
        int calls = 0;
        void Tasks(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc<string>("work", async context =>
            {
                string before = await context.CallActivityAsync<string>("once");
                string answer = await context.WaitForExternalEvent<string>("go");
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                string child = await context.CallSubOrchestratorAsync<string>("child");
                return $"{before} {answer} {child}";
            })
            .AddOrchestratorFunc<string>("child", _ => "child")
            .AddActivityFunc<string>("once", _ => $"once {Interlocked.Increment(ref calls)}");

        string id;
        await using (TestHost first = await TestHost.StartAsync(Tasks, journal.Options))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("work");
            await first.Until(id, _ => calls == 1);
        }

        await using TestHost second = await TestHost.StartAsync(Tasks, journal.Options);
        await second.Client.RaiseEventAsync(id, "go", "on");

        Assert.Equal("once 1 on child", (await second.EndOf(id)).ReadOutputAs<string>());
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task The_work_of_an_owner_that_stops_renewing_is_taken_over_after_its_expiry()
    {
        using var journal = new TempJournal();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        static void Tasks(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc<string>("wait", async context => await context.WaitForExternalEvent<string>("go"));
        TestHost first = await TestHost.StartAsync(Tasks, journal.Options, time);
        string id = await first.Client.ScheduleNewOrchestrationInstanceAsync("wait");
        await first.Client.WaitForInstanceStartAsync(id);
        await first.CrashAsync();

        time.Advance(TimeSpan.FromSeconds(11));
        await using TestHost second = await TestHost.StartAsync(Tasks, journal.Options, time);
        await second.Client.RaiseEventAsync(id, "go", "on");

        Assert.Equal("on", (await second.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Changed_code_fails_the_instance_with_the_message_of_the_reference()
    {
        using var journal = new TempJournal();
        string id;
        await using (TestHost first = await TestHost.StartAsync(tasks => Code(tasks, "A"), journal.Options))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("code");
            await first.Until(id, found => found.SerializedCustomStatus is not null);
        }

        await using TestHost second = await TestHost.StartAsync(tasks => Code(tasks, "B"), journal.Options);
        await second.Client.RaiseEventAsync(id, "go");

        TaskFailureDetails failure = (await second.EndOf(id)).FailureDetails!;
        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", failure.ErrorType);
        Assert.Equal(
            "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled an activity task with sequence number 0 named 'A', "
            + "but the current orchestration replay instead scheduled an activity task named 'B' with this sequence number.  "
            + "Was a change made to the orchestrator code after this instance had already started running?",
            failure.ErrorMessage);

        static void Code(DurableTaskRegistry tasks, string name) => tasks
            .AddOrchestratorFunc("code", async context =>
            {
                await context.CallActivityAsync(name);
                context.SetCustomStatus("called");
                await context.WaitForExternalEvent<string>("go");
            })
            .AddActivityFunc(name, _ => { });
    }

    [Fact]
    public async Task Another_process_on_the_file_can_start_and_await_instances()
    {
        using var journal = new TempJournal();
        static void Tasks(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc<string>("hello", _ => "world");
        await using TestHost worker = await TestHost.StartAsync(Tasks, journal.Options);
        await using TestHost other = TestHost.Create(Tasks, journal.Options);

        Assert.Equal("world", (await other.RunAsync("hello")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_running_instance_can_be_neither_started_again_nor_purged()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("wait", async context => await context.WaitForExternalEvent<string>("go")));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");

        await Assert.ThrowsAsync<global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException>(
            () => host.Client.ScheduleNewOrchestrationInstanceAsync("wait", null, new StartOrchestrationOptions(id)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.PurgeInstanceAsync(id));

        await host.Client.RaiseEventAsync(id, "go");
        await host.EndOf(id);
        Assert.Equal(1, (await host.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Null(await host.Client.GetInstanceAsync(id));
    }
}
