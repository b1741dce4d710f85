using System.Diagnostics;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S23_FurtherTests
{
    private static void Tasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc("ends", _ => { })
        .AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("go"))
        .AddOrchestratorFunc("sleeps", async _ => await Task.Delay(Timeout.Infinite))
        .AddOrchestratorFunc("calls", context => context.CallActivityAsync("nowhere"))
        .AddOrchestratorFunc("nests", context => context.CallActivityAsync("nested"))
        .AddActivityFunc("nested", _ => throw new IOException("outer", new ArgumentException("inner")));

    [Fact]
    public async Task S23_01_An_event_for_an_instance_that_does_not_exist_is_not_kept()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        await host.Client.RaiseEventAsync("later", "go", "early");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("later"));
        await host.Client.RaiseEventAsync("later", "go", "in time");

        Assert.Equal("in time", (await host.EndOf("later")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S23_02_A_running_id_is_refused_and_nothing_runs_twice()
    {
        int calls = 0;
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("one", async context =>
            {
                await context.CallActivityAsync("count");
                return await context.WaitForExternalEvent<string>("go");
            })
            .AddActivityFunc("count", _ => { Interlocked.Increment(ref calls); }));
        var options = new StartOrchestrationOptions("same");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("one", options);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("one", options));
        await host.Client.RaiseEventAsync("same", "go", "x");
        await host.EndOf("same");

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task S23_03_Waiting_for_a_delay_that_is_not_durable_fails_the_instance()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        OrchestrationMetadata end = await host.RunAsync("sleeps");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith("An invalid asynchronous invocation was detected.", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S23_04_An_activity_that_is_not_registered_fails_as_such()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);

        Assert.Equal("ActivityTaskNotFound", (await host.RunAsync("calls")).FailureDetails!.InnerFailure!.ErrorType);
    }

    [Fact]
    public async Task S23_05_IsCausedBy_looks_at_the_outer_failure_only()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        TaskFailureDetails failure = (await host.RunAsync("nests")).FailureDetails!;

        Assert.True(failure.IsCausedBy<TaskFailedException>());
        Assert.False(failure.IsCausedBy<IOException>());
        Assert.True(failure.InnerFailure!.IsCausedBy<IOException>());
        Assert.False(failure.InnerFailure.IsCausedBy<ArgumentException>());
    }

    [Fact]
    public async Task S23_06_After_a_crash_the_work_goes_on_within_seconds_and_nothing_is_lost()
    {
        using var journal = new TempJournal();
        void Options(EmbeddedOptions options)
        {
            journal.Options(options);
            options.LeaseDuration = TimeSpan.FromMilliseconds(500);
        }

        TestHost before = await TestHost.StartAsync(Tasks, Options);
        string id = await before.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await before.Client.WaitForInstanceStartAsync(id);
        await before.Client.RaiseEventAsync("x" + id, "go", "nobody");
        await before.CrashAsync();
        var watch = Stopwatch.StartNew();
        await using TestHost after = await TestHost.StartAsync(Tasks, Options);
        await after.Client.RaiseEventAsync(id, "go", "on");

        Assert.Equal("on", (await after.EndOf(id)).ReadOutputAs<string>());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task S23_07_A_timer_fires_when_it_is_due_and_not_a_moment_before()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<DateTime>("sleeps", async context =>
            {
                Task timer = context.CreateTimer(TimeSpan.FromSeconds(5), CancellationToken.None);
                await context.WaitForExternalEvent<string>("look");
                context.SetCustomStatus(timer.IsCompleted);
                await timer;
                return context.CurrentUtcDateTime;
            }),
            time: time);
        DateTime due = time.GetUtcNow().UtcDateTime.AddSeconds(5);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("sleeps");
        await host.UntilHistory(id, history => history.OfType<TimerCreatedEvent>().Any());
        time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        await host.Client.RaiseEventAsync(id, "look");
        Assert.False((await host.Until(id, found => found.SerializedCustomStatus is not null)).ReadCustomStatusAs<bool>());
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(due, (await host.EndOf(id)).ReadOutputAs<DateTime>());
    }

    [Fact]
    public async Task S23_08_A_waiter_may_use_the_client_from_its_continuation()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        Task<OrchestrationMetadata>[] followers = [.. Enumerable.Range(0, 20).Select(i => host.EndOf($"i{i}").ContinueWith(
            _ =>
            {
                string next = host.Client.ScheduleNewOrchestrationInstanceAsync("ends").GetAwaiter().GetResult();
                return host.EndOf(next).GetAwaiter().GetResult();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default))];
        for (int i = 0; i < followers.Length; i++)
            await host.Client.ScheduleNewOrchestrationInstanceAsync("ends", new StartOrchestrationOptions($"i{i}"));

        Assert.All(await Task.WhenAll(followers), end => Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus));
    }
}
