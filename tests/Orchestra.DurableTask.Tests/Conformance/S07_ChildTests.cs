using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S07_ChildTests
{
    [Fact]
    public async Task S07_01_All_attempts_of_a_child_have_the_id_that_was_given_or_made_for_the_call()
    {
        var ids = new List<string>();
        var retry = TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMinutes(1)));
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<bool, string>("parent", async (context, given) =>
                await context.CallSubOrchestratorAsync<string>("child", null, given ? retry.WithInstanceId("mine") : retry))
            .AddOrchestratorFunc<string>("child", context =>
            {
                ids.Add(context.InstanceId);
                return ids.Count % 2 == 0 ? "done" : throw new IOException("first");
            }));

        foreach (bool given in new[] { true, false })
        {
            string id = await runtime.BegunAsync("parent", given);
            await runtime.PassTimerAsync(id, 1);
            Assert.Equal("done", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        }

        Assert.Equal(["mine", "mine"], ids[..2]);
        Assert.Equal(ids[2], ids[3]);
        Assert.True(Guid.TryParseExact(ids[2], "N", out _));
    }

    [Fact]
    public async Task S07_02_Ids_of_entities_are_refused_where_entities_are_on()
    {
        Action<DurableTaskRegistry> tasks = registry => registry
            .AddOrchestratorFunc<string?>("parent", async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("child", null, new SubOrchestrationOptions(instanceId: "@child"));
                }
                catch (ArgumentException)
                {
                    return "refused";
                }
            })
            .AddOrchestratorFunc<string>("child", context => context.InstanceId);
        await using Runtime with = await Runtime.StartAsync(tasks, options => options.EnableEntitySupport = true);
        await using Runtime without = await Runtime.StartAsync(tasks);

        Assert.Equal("refused", (await with.RunAsync("parent")).ReadOutputAs<string>());
        Assert.Equal("@child", (await without.RunAsync("parent")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("3", "3")]
    public async Task S07_03_A_child_has_the_given_or_the_default_version_never_its_parents(string fallback, string expected)
    {
        await using Runtime runtime = await Runtime.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<string>("parent", async context =>
                    context.Version + " "
                    + await context.CallSubOrchestratorAsync<string>("child", null, new SubOrchestrationOptions { Version = "2" }) + " "
                    + await context.CallSubOrchestratorAsync<string>("child"))
                .AddOrchestratorFunc<string>("child", context => context.Version),
            options => options.Versioning = new() { DefaultVersion = fallback });
        string id = await runtime.Client.ScheduleNewOrchestrationInstanceAsync("parent", null, new StartOrchestrationOptions { Version = "1" }, runtime.Patience);

        Assert.Equal($"1 2 {expected}", (await runtime.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S07_04_A_child_knows_its_parent_and_has_its_tags_and_those_of_the_call()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", context =>
                context.CallSubOrchestratorAsync<string>("child", null, new SubOrchestrationOptions(
                    new TaskOptions(null, new Dictionary<string, string> { ["b"] = "call", ["c"] = "call" }), "the-child")))
            .AddOrchestratorFunc<string>("child", context => $"{context.Parent!.Name} {context.Parent.InstanceId}"));
        var start = new StartOrchestrationOptions("the-parent") { Tags = new Dictionary<string, string> { ["a"] = "start", ["b"] = "start" } };

        await runtime.Client.ScheduleNewOrchestrationInstanceAsync("parent", null, start, runtime.Patience);

        Assert.Equal("parent the-parent", (await runtime.EndAsync("the-parent")).ReadOutputAs<string>());
        ExecutionStartedEvent child = Assert.Single(await runtime.HistoryAsync<ExecutionStartedEvent>("the-child"));
        ExecutionStartedEvent parent = Assert.Single(await runtime.HistoryAsync<ExecutionStartedEvent>("the-parent"));
        Assert.Equal("parent", child.ParentInstance!.Name);
        Assert.Equal("the-parent", child.ParentInstance.OrchestrationInstance!.InstanceId);
        Assert.Equal(parent.OrchestrationInstance!.ExecutionId, child.ParentInstance.OrchestrationInstance.ExecutionId);
        Assert.Equal(0, child.ParentInstance.TaskScheduleId);
        Assert.Equal(["a=start", "b=call", "c=call"], child.Tags!.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task S07_05_A_failed_child_is_a_failed_task_with_the_childs_failure()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", async context =>
            {
                string good = await context.CallSubOrchestratorAsync<string>("child", "good");
                try
                {
                    await context.CallSubOrchestratorAsync<string>("child", "bad");
                    return "no error";
                }
                catch (TaskFailedException error)
                {
                    return $"{good} {error.TaskName} #{error.TaskId} {error.FailureDetails} < {error.FailureDetails.InnerFailure}";
                }
            })
            .AddOrchestratorFunc<string, string>("child", (_, input) => input == "good" ? "fine" : throw new FormatException("outer", new IOException("inner"))));

        OrchestrationMetadata end = await runtime.RunAsync("parent");

        Assert.Equal("fine child #1 System.FormatException: outer < System.IO.IOException: inner", end.ReadOutputAs<string>());
        Assert.Single(await runtime.HistoryAsync<SubOrchestrationInstanceCompletedEvent>(end.InstanceId));
        Assert.NotNull(Assert.Single(await runtime.HistoryAsync<SubOrchestrationInstanceFailedEvent>(end.InstanceId)).FailureDetails);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S07_06_A_terminated_child_is_a_failed_task_with_a_made_up_failure(bool caught)
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<bool, string>("parent", async (context, careful) =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("child", null, new SubOrchestrationOptions(instanceId: "the-child"));
                }
                catch (TaskFailedException error) when (careful)
                {
                    return error.FailureDetails.ErrorType;
                }
            })
            .AddOrchestratorFunc<string>("child", context => context.WaitForExternalEvent<string>("never")));
        string id = await runtime.BegunAsync("parent", caught);
        await runtime.Client.WaitForInstanceStartAsync("the-child", runtime.Patience);

        await runtime.Client.TerminateInstanceAsync("the-child", "enough", runtime.Patience);

        OrchestrationMetadata end = await runtime.EndAsync(id);
        string? type = caught ? end.ReadOutputAs<string>() : end.FailureDetails!.InnerFailure!.ErrorType;
        Assert.Equal("Terminated", type);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await runtime.EndAsync("the-child")).RuntimeStatus);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S07_07_Terminating_a_parent_ends_its_children_only_when_asked_to(bool recursive)
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("parent", context => context.CallSubOrchestratorAsync("middle", null, new SubOrchestrationOptions(instanceId: "m")))
            .AddOrchestratorFunc("middle", context => context.CallSubOrchestratorAsync("leaf", null, new SubOrchestrationOptions(instanceId: "l")))
            .AddOrchestratorFunc("leaf", context => context.WaitForExternalEvent<string>("end")));
        string id = await runtime.BegunAsync("parent");
        await runtime.UntilAsync<SubOrchestrationInstanceCreatedEvent>(id, 1);
        await runtime.Client.WaitForInstanceStartAsync("l", runtime.Patience);

        await runtime.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("why", recursive), runtime.Patience);
        await runtime.EndAsync(id);
        if (!recursive)
            await runtime.RaiseAsync("l", "end", "by itself");

        OrchestrationRuntimeStatus expected = recursive ? OrchestrationRuntimeStatus.Terminated : OrchestrationRuntimeStatus.Completed;
        Assert.Equal(expected, (await runtime.EndAsync("l")).RuntimeStatus);
        Assert.Equal(expected, (await runtime.EndAsync("m")).RuntimeStatus);
    }

    [Fact]
    public async Task S07_08_A_child_id_that_is_in_use_fails_the_call_and_leaves_the_other_alone()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("parent", context => context.CallSubOrchestratorAsync("waits", null, new SubOrchestrationOptions(instanceId: "taken")))
            .AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("end")));
        await runtime.BegunAsync("waits", id: "taken");

        OrchestrationMetadata end = await runtime.RunAsync("parent");
        await runtime.RaiseAsync("taken", "end", "fine");

        Assert.Equal("DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException", end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.Equal("fine", (await runtime.EndAsync("taken")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S07_09_An_unknown_child_fails_and_is_not_tried_again()
    {
        var retry = new SubOrchestrationOptions(TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromHours(1))), "the-child");
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("parent", context => context.CallSubOrchestratorAsync("nobody", null, retry)));

        OrchestrationMetadata end = await runtime.RunAsync("parent");

        Assert.Equal("OrchestratorTaskNotFound", end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.Equal("OrchestratorTaskNotFound", (await runtime.EndAsync("the-child")).FailureDetails!.ErrorType);
        Assert.Empty(await runtime.HistoryAsync<TimerCreatedEvent>(end.InstanceId));
    }
}
