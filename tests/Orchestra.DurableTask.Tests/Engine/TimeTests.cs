using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Engine;

namespace Orchestra.DurableTask.Tests.Engine;

public class TimeTests
{
    [Fact]
    public void Guids_are_those_of_the_reference()
    {
        var now = new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(6789012);

        Assert.Equal(new Guid("41adc900-a688-5b6a-8519-4671b9911fb0"), DeterministicGuid.Create("abc123", now, 0));
        Assert.Equal(new Guid("dc06fe60-1d65-580e-8a60-87a7bcf61943"), DeterministicGuid.Create("abc123", now, 1));
        Assert.Equal(new Guid("536d7981-1f8d-591c-8681-556f1621a3ee"), DeterministicGuid.Create("abc123", now, 2));
    }

    [Fact]
    public async Task A_timer_is_never_early()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<double>("sleep", async context =>
            {
                DateTime before = context.CurrentUtcDateTime;
                await context.CreateTimer(TimeSpan.FromMilliseconds(150), CancellationToken.None);
                return (context.CurrentUtcDateTime - before).TotalMilliseconds;
            }));

        double slept = (await host.RunAsync("sleep")).ReadOutputAs<double>();

        Assert.True(slept >= 150, $"{slept} ms");
    }

    [Fact]
    public async Task A_retry_policy_tries_again_with_timers_between()
    {
        int calls = 0;
        var retry = TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(1), backoffCoefficient: 2));
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("retry", async context => await context.CallActivityAsync<int>("flaky", null, retry))
            .AddActivityFunc<int>("flaky", _ => Interlocked.Increment(ref calls) < 3 ? throw new IOException("again") : calls));

        OrchestrationMetadata end = await host.RunAsync("retry");

        Assert.Equal(3, end.ReadOutputAs<int>());
        var history = await host.Client.GetOrchestrationHistoryAsync(end.InstanceId);
        Assert.Equal([0, 2, 4], history.OfType<global::DurableTask.Core.History.TaskScheduledEvent>().Select(entry => entry.EventId));
    }

    [Fact]
    public async Task A_failed_child_is_retried_under_the_same_id()
    {
        int calls = 0;
        var retry = new SubOrchestrationOptions(TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(1))), "again");
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", async context => await context.CallSubOrchestratorAsync<string>("child", null, retry))
            .AddOrchestratorFunc<string>("child", context => Interlocked.Increment(ref calls) < 2 ? throw new IOException("no") : context.InstanceId));

        Assert.Equal("again", (await host.RunAsync("parent")).ReadOutputAs<string>());
        Assert.Equal(2, calls);
    }
}
