using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;

namespace Orchestra.DurableTask.Tests.Engine;

public class ManagementTests
{
    [Fact]
    public async Task Rewind_runs_what_failed_again_and_nothing_else()
    {
        int good = 0;
        int bad = 0;
        int child = 0;
        var retry = TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMilliseconds(1)));
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", async context =>
            {
                await context.CallActivityAsync("good");
                return await context.CallSubOrchestratorAsync<string>("child");
            })
            .AddOrchestratorFunc<string>("child", async context =>
            {
                await context.CallActivityAsync("child-good");
                return await context.CallActivityAsync<string>("bad", null, retry);
            })
            .AddActivityFunc("good", _ => { Interlocked.Increment(ref good); })
            .AddActivityFunc("child-good", _ => { Interlocked.Increment(ref child); })
            .AddActivityFunc<string>("bad", _ => Interlocked.Increment(ref bad) <= 2 ? throw new IOException("broken") : "mended"));
        OrchestrationMetadata failed = await host.RunAsync("parent");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);

        await host.Client.RewindInstanceAsync(failed.InstanceId, "mended it");

        OrchestrationMetadata end = await host.EndOf(failed.InstanceId);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("mended", end.ReadOutputAs<string>());
        Assert.Equal((1, 1, 3), (good, child, bad));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.RewindInstanceAsync(failed.InstanceId, "again"));
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc<string>("hello", _ => "world"));
        for (int i = 0; i < 7; i++)
            await host.EndOf(await host.Client.ScheduleNewOrchestrationInstanceAsync("hello", null, new StartOrchestrationOptions($"a{i}")));
        await host.EndOf(await host.Client.ScheduleNewOrchestrationInstanceAsync("hello", null, new StartOrchestrationOptions("b")));

        var pages = new List<int>();
        var ids = new List<string>();
        var query = new OrchestrationQuery { InstanceIdPrefix = "a", PageSize = 3, Statuses = [OrchestrationRuntimeStatus.Completed] };
        await foreach (Page<OrchestrationMetadata> page in host.Client.GetAllInstancesAsync(query).AsPages())
        {
            pages.Add(page.Values.Count);
            ids.AddRange(page.Values.Select(value => value.InstanceId));
        }

        Assert.Equal([3, 3, 1], pages);
        Assert.Equal(["a0", "a1", "a2", "a3", "a4", "a5", "a6"], ids);
        Assert.Equal(8, (await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).PurgedInstanceCount);
    }

    [Fact]
    public async Task A_start_time_is_waited_for_and_events_before_it_are_kept()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<string>("wait", async context => await context.WaitForExternalEvent<string>("go")),
            time: time);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", null, new StartOrchestrationOptions(null, time.GetUtcNow().AddHours(1)));
        await host.Client.RaiseEventAsync(id, "go", "early");

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("early", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_instance_that_has_not_started_can_be_terminated()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc<string>("hello", _ => "world"));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("hello", null, new StartOrchestrationOptions(null, DateTimeOffset.UtcNow.AddDays(1)));

        await host.Client.TerminateInstanceAsync(id, "no");

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOf(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Long_timers_are_cut_into_pieces()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc("sleep", async context => await context.CreateTimer(TimeSpan.FromDays(7), CancellationToken.None)),
            time: time);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("sleep");
        await host.Client.WaitForInstanceStartAsync(id);

        for (int turn = 1; turn <= 3; turn++)
        {
            time.Advance(TimeSpan.FromDays(turn < 3 ? 3 : 1));
            int fired = turn;
            await host.UntilHistory(id, history => history.OfType<global::DurableTask.Core.History.TimerFiredEvent>().Count() == fired);
        }

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.EndOf(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Restart_uses_the_same_input()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("double", (_, i) => 2 * i));
        OrchestrationMetadata first = await host.RunAsync("double", 21);

        string second = await host.Client.RestartAsync(first.InstanceId, restartWithNewInstanceId: true);
        string same = await host.Client.RestartAsync(first.InstanceId);

        Assert.NotEqual(first.InstanceId, second);
        Assert.Equal(first.InstanceId, same);
        Assert.Equal(42, (await host.EndOf(second)).ReadOutputAs<int>());
        Assert.Equal(42, (await host.EndOf(same)).ReadOutputAs<int>());
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.RestartAsync("unknown"));
    }
}
