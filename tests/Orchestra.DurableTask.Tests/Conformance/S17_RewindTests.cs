using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S17_RewindTests
{
    [Fact]
    public async Task S17_01_Only_a_failed_instance_can_be_rewound()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("short", _ => { })
            .AddOrchestratorFunc("waits", context => context.WaitForExternalEvent<int>("go")));
        string completed = (await runtime.RunAsync("short")).InstanceId;
        string running = await runtime.BegunAsync("waits");
        string terminated = await runtime.BegunAsync("waits");
        await runtime.Client.TerminateInstanceAsync(terminated, runtime.Patience);
        await runtime.EndAsync(terminated);

        foreach (string id in new[] { completed, running, terminated })
            await Assert.ThrowsAsync<InvalidOperationException>(() => runtime.Client.RewindInstanceAsync(id, "why", runtime.Patience));
        await Assert.ThrowsAsync<ArgumentException>(() => runtime.Client.RewindInstanceAsync("nobody", "why", runtime.Patience));
    }

    [Fact]
    public async Task S17_02_Failed_activities_run_again_and_finished_ones_do_not()
    {
        var calls = new List<string>();
        bool broken = true;
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("two", async context =>
                await context.CallActivityAsync<string>("step", "a") + await context.CallActivityAsync<string>("step", "b"))
            .AddActivityFunc<string, string>("step", (_, input) =>
            {
                calls.Add(input);
                return broken && input == "b" ? throw new IOException("broken") : input;
            }));
        OrchestrationMetadata failed = await runtime.RunAsync("two");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        string first = Assert.Single(await runtime.HistoryAsync<ExecutionStartedEvent>(failed.InstanceId)).OrchestrationInstance!.ExecutionId!;

        broken = false;
        await runtime.Client.RewindInstanceAsync(failed.InstanceId, "mended", runtime.Patience);
        OrchestrationMetadata end = await runtime.EndAsync(failed.InstanceId);

        Assert.Equal("ab", end.ReadOutputAs<string>());
        Assert.Null(end.FailureDetails);
        Assert.Equal(["a", "b", "b"], calls);
        IList<HistoryEvent> history = await runtime.HistoryAsync(end.InstanceId);
        Assert.NotEqual(first, Assert.Single(history.OfType<ExecutionStartedEvent>()).OrchestrationInstance!.ExecutionId);
        Assert.Equal("mended", Assert.Single(history.OfType<ExecutionRewoundEvent>()).Reason);
        Assert.Empty(history.OfType<TaskFailedEvent>());
        Assert.Single(history.OfType<ExecutionCompletedEvent>());
    }

    [Fact]
    public async Task S17_02_Failed_children_are_rewound_with_their_parent_under_their_ids()
    {
        var calls = new List<string>();
        bool broken = true;
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", context => context.CallSubOrchestratorAsync<string>("child", null, new SubOrchestrationOptions(instanceId: "the-child")))
            .AddOrchestratorFunc<string>("child", async context =>
                await context.CallActivityAsync<string>("step", "a") + await context.CallActivityAsync<string>("step", "b"))
            .AddActivityFunc<string, string>("step", (_, input) =>
            {
                calls.Add(input);
                return broken && input == "b" ? throw new IOException("broken") : input;
            }));
        OrchestrationMetadata failed = await runtime.RunAsync("parent");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);

        broken = false;
        await runtime.Client.RewindInstanceAsync(failed.InstanceId, "mended", runtime.Patience);

        Assert.Equal("ab", (await runtime.EndAsync(failed.InstanceId)).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await runtime.EndAsync("the-child")).RuntimeStatus);
        Assert.Equal(["a", "b", "b"], calls);
    }

    [Fact]
    public async Task S17_03_A_failure_of_the_code_itself_is_reached_again()
    {
        bool broken = true;
        int runs = 0;
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("own", async context =>
            {
                await context.CallActivityAsync("step");
                return broken ? throw new IOException("broken") : "mended";
            })
            .AddActivityFunc("step", _ => { runs++; }));
        string id = (await runtime.RunAsync("own")).InstanceId;

        await runtime.Client.RewindInstanceAsync(id, "in vain", runtime.Patience);
        Assert.Equal("System.IO.IOException: broken", $"{(await runtime.EndAsync(id)).FailureDetails}");
        broken = false;
        await runtime.Client.RewindInstanceAsync(id, "mended", runtime.Patience);

        Assert.Equal("mended", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(1, runs);
    }
}
