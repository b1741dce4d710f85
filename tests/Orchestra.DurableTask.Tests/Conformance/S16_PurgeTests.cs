using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S16_PurgeTests
{
    private static void Tasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc("echo", _ => { })
        .AddOrchestratorFunc("fails", _ => throw new InvalidOperationException("no"))
        .AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("go"))
        .AddOrchestratorFunc("parent", context => context.CallSubOrchestratorAsync("echo", null, new SubOrchestrationOptions(instanceId: "the-child")));

    [Fact]
    public async Task S16_01_By_id_a_finished_instance_goes_and_a_running_one_is_refused()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        string ended = (await host.RunAsync("echo")).InstanceId;
        string running = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await host.Client.WaitForInstanceStartAsync(running);

        Assert.Equal(1, (await host.Client.PurgeInstanceAsync(ended)).PurgedInstanceCount);
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync(ended)).PurgedInstanceCount);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.PurgeInstanceAsync(running));
        await host.Client.RaiseEventAsync(running, "go", "still here");
        Assert.Equal("still here", (await host.EndOf(running)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S16_01_A_running_instance_goes_when_it_is_forced_and_its_id_is_free()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("stuck"));
        await host.Client.WaitForInstanceStartAsync("stuck");

        Assert.Equal(1, (await host.Client.ForcePurgeInstanceAsync("stuck")).PurgedInstanceCount);
        Assert.Null(await host.Client.GetInstanceAsync("stuck"));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("stuck"));
        await host.Client.RaiseEventAsync("stuck", "go", "again");
        Assert.Equal("again", (await host.EndOf("stuck")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(new OrchestrationRuntimeStatus[0], "ended failed stopped")]
    [InlineData(new[] { OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Running }, "ended")]
    [InlineData(new[] { OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated }, "failed stopped")]
    [InlineData(new[] { OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending }, "")]
    public async Task S16_02_By_filter_only_finished_instances_go(OrchestrationRuntimeStatus[] statuses, string purged)
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        foreach ((string name, string id) in new[] { ("echo", "ended"), ("fails", "failed"), ("waits", "stopped"), ("waits", "running") })
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync(name, new StartOrchestrationOptions(id));
            if (id == "stopped")
                await host.Client.TerminateInstanceAsync(id);
            if (id != "running")
                await host.EndOf(id);
        }

        await host.Client.WaitForInstanceStartAsync("running");
        string[] expected = purged.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        PurgeResult result = await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(null, null, statuses));

        Assert.Equal(expected.Length, result.PurgedInstanceCount);
        foreach (string id in new[] { "ended", "failed", "stopped", "running" })
            Assert.Equal(expected.Contains(id), await host.Client.GetInstanceAsync(id) is null);
    }

    [Fact]
    public async Task S16_02_The_times_of_creation_bound_it_inclusively()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(Tasks, time: time);
        DateTimeOffset first = time.GetUtcNow();
        for (int i = 0; i < 4; i++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", new StartOrchestrationOptions($"i{i}"));
            await host.EndOf($"i{i}");
            time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(2, (await host.Client.PurgeInstancesAsync(first.AddMinutes(1), first.AddMinutes(2))).PurgedInstanceCount);
        Assert.NotNull(await host.Client.GetInstanceAsync("i0"));
        Assert.Null(await host.Client.GetInstanceAsync("i1"));
        Assert.Null(await host.Client.GetInstanceAsync("i2"));
        Assert.NotNull(await host.Client.GetInstanceAsync("i3"));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task S16_03_Purge_takes_the_history_and_the_children_only_when_asked(bool recursive, int count)
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        string id = (await host.RunAsync("parent")).InstanceId;

        Assert.Equal(count, (await host.Client.PurgeInstanceAsync(id, new PurgeInstanceOptions(recursive))).PurgedInstanceCount);
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.GetOrchestrationHistoryAsync(id));
        Assert.Equal(recursive, await host.Client.GetInstanceAsync("the-child") is null);
    }

    [Fact]
    public async Task S16_04_Whether_it_is_complete_is_said_only_where_a_time_limit_was_given()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        await host.RunAsync("echo");

        Assert.Null((await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).IsComplete);
        Assert.True((await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.FromMinutes(1) })).IsComplete);
    }

    [Fact]
    public async Task S16_05_A_purged_id_is_free_whatever_would_have_blocked_it()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        StartOrchestrationOptions once = new StartOrchestrationOptions("same").WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", null, once);
        await host.EndOf("same");
        await host.Client.PurgeInstanceAsync("same");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", null, once);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.EndOf("same")).RuntimeStatus);
    }
}
