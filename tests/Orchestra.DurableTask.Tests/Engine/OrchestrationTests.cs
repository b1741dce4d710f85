using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Engine;

public class OrchestrationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chain_of_activities_passes_results_on(bool forceReplay)
    {
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<string, string>("chain", async (context, input) =>
                {
                    for (int i = 0; i < 3; i++)
                        input = await context.CallActivityAsync<string>("add", input);
                    return input;
                })
                .AddActivityFunc<string, string>("add", (_, text) => text + "!"),
            options => options.ForceReplay = forceReplay);

        OrchestrationMetadata end = await host.RunAsync("chain", "hi");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("hi!!!", end.ReadOutputAs<string>());
        Assert.Equal("hi", end.ReadInputAs<string>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fan_out_gathers_all_results_in_order(bool forceReplay)
    {
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<int, int[]>("fan", async (context, count)
                    => await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>("square", i))))
                .AddActivityFunc<int, int>("square", (_, i) => i * i),
            options => options.ForceReplay = forceReplay);

        OrchestrationMetadata end = await host.RunAsync("fan", 50);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => i * i), end.ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task Sub_orchestrations_return_and_know_their_parent()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", async context =>
                await context.CallSubOrchestratorAsync<string>("child", "x", new SubOrchestrationOptions(instanceId: "the-child")))
            .AddOrchestratorFunc<string, string>("child", (context, input) => $"{input} {context.InstanceId} {context.Parent!.Name.Name} {context.Parent.InstanceId}"));

        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", null, new StartOrchestrationOptions("the-parent"));

        Assert.Equal("x the-child parent the-parent", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_failure_in_an_activity_carries_its_details_up()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("fails", async context => await context.CallActivityAsync("bad"))
            .AddActivityFunc("bad", _ => throw new InvalidOperationException("boom", new ArgumentException("deep"))));

        OrchestrationMetadata end = await host.RunAsync("fails");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        TaskFailureDetails failure = end.FailureDetails!;
        Assert.Equal("Microsoft.DurableTask.TaskFailedException", failure.ErrorType);
        Assert.Equal("Task 'bad' (#0) failed with an unhandled exception: boom", failure.ErrorMessage);
        Assert.Equal("System.InvalidOperationException", failure.InnerFailure!.ErrorType);
        Assert.Equal("deep", failure.InnerFailure.InnerFailure!.ErrorMessage);
        Assert.True(failure.InnerFailure.IsCausedBy<InvalidOperationException>());
    }

    [Fact]
    public async Task What_is_not_registered_fails_and_is_not_retried()
    {
        var retry = TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromHours(1)));
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("caller", async context => await context.CallActivityAsync("nowhere", null, retry)));

        Assert.Equal("ActivityTaskNotFound", (await host.RunAsync("caller")).FailureDetails!.InnerFailure!.ErrorType);
        Assert.Equal("OrchestratorTaskNotFound", (await host.RunAsync("nobody")).FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task Continue_as_new_starts_over_and_keeps_unprocessed_events()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("loop", async (context, total) =>
            {
                int next = await context.WaitForExternalEvent<int>("add");
                if (next < 0)
                    return total;
                context.ContinueAsNew(total + next);
                return 0;
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("loop", 0);

        for (int i = 1; i <= 10; i++)
            await host.Client.RaiseEventAsync(id, "add", i);
        await host.Client.RaiseEventAsync(id, "add", -1);

        Assert.Equal(55, (await host.EndOf(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Awaiting_what_is_not_durable_fails_at_once()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("delay", async _ => await Task.Delay(Timeout.Infinite))
            .AddOrchestratorFunc("away", async context =>
            {
                await context.CallActivityAsync("nothing").ConfigureAwait(false);
                await context.CallActivityAsync("nothing");
            })
            .AddActivityFunc("nothing", _ => { }));

        foreach (string name in new[] { "delay", "away" })
        {
            OrchestrationMetadata end = await host.RunAsync(name);
            Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
            Assert.StartsWith("An invalid asynchronous invocation was detected.", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cancelled_wait_that_nobody_catches_fails_the_instance()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("late", async context => await context.WaitForExternalEvent<string>("never", TimeSpan.Zero)));

        OrchestrationMetadata end = await host.RunAsync("late");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("System.Threading.Tasks.TaskCanceledException", end.FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task The_custom_status_is_seen_while_running_and_after()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("status", async context =>
            {
                context.SetCustomStatus("waiting");
                await context.WaitForExternalEvent<string>("go");
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("status");

        await host.Until(id, found => found.SerializedCustomStatus is not null);
        await host.Client.RaiseEventAsync(id, "GO");

        Assert.Equal("waiting", (await host.EndOf(id)).ReadCustomStatusAs<string>());
    }
}
