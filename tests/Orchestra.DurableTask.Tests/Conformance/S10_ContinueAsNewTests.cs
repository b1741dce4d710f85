using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S10_ContinueAsNewTests
{
    [Fact]
    public async Task S10_01_It_only_sets_a_mark_the_code_goes_on_and_the_last_call_counts()
    {
        var calls = new List<int>();
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("again", async (context, input) =>
            {
                if (input > 0)
                    return input;
                context.ContinueAsNew(1);
                await context.CallActivityAsync("note", 1);
                context.ContinueAsNew(2);
                _ = context.CallActivityAsync("note", 2);
                return -1;
            })
            .AddActivityFunc<int>("note", (_, input) => calls.Add(input)));

        Assert.Equal(2, (await runtime.RunAsync("again", 0)).ReadOutputAs<int>());
        Assert.Equal([1, 2], calls);
    }

    [Fact]
    public async Task S10_01_Throwing_afterwards_fails_the_instance()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("again", (Action<TaskOrchestrationContext>)(context =>
            {
                context.ContinueAsNew(1);
                throw new FormatException("after");
            })));

        Assert.Equal("System.FormatException: after", $"{(await runtime.RunAsync("again")).FailureDetails}");
    }

    [Theory]
    [InlineData(null, "1")]
    [InlineData("2", "2")]
    public async Task S10_02_The_new_execution_keeps_id_name_parent_tags_and_version_and_starts_a_history(string? version, string expected)
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", context => context.CallSubOrchestratorAsync<string>("again", null, new SubOrchestrationOptions(
                new TaskOptions(null, new Dictionary<string, string> { ["tag"] = "t" }) { Version = "1" }, "the-child")))
            .AddOrchestratorFunc<int, string>("again", async (context, input) =>
            {
                await context.WaitForExternalEvent<int>("go");
                if (input == 0)
                    context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 7, NewVersion = version });
                return $"{context.InstanceId} {context.Name} {context.Parent?.InstanceId} {context.Version} {input}";
            }));
        string parent = await runtime.BegunAsync("parent");
        await runtime.Client.WaitForInstanceStartAsync("the-child", runtime.Patience);
        string first = Assert.Single(await runtime.HistoryAsync<ExecutionStartedEvent>("the-child")).OrchestrationInstance!.ExecutionId!;
        await runtime.RaiseAsync("the-child", "go", 0);
        await runtime.UntilAsync("the-child", found => found.ReadInputAs<int>() == 7);
        await runtime.RaiseAsync("the-child", "go", 0);

        Assert.Equal($"the-child again {parent} {expected} 7", (await runtime.EndAsync(parent)).ReadOutputAs<string>());
        IList<HistoryEvent> history = await runtime.HistoryAsync("the-child");
        ExecutionStartedEvent started = Assert.Single(history.OfType<ExecutionStartedEvent>());
        Assert.NotEqual(first, started.OrchestrationInstance!.ExecutionId);
        Assert.Equal("t", started.Tags!["tag"]);
        Assert.Equal("7", started.Input);
        Assert.Single(history.OfType<EventRaisedEvent>());
        Assert.Equal("t", (await runtime.GetAsync("the-child")).Tags["tag"]);
    }

    [Fact]
    public async Task S10_03_Events_that_were_not_processed_go_along()
    {
        Assert.Equal("1 2 3", await EventsAsync(preserve: true, waitForLast: false));
    }

    [Fact]
    public async Task S10_04_Without_that_kept_events_are_dropped_but_later_ones_of_the_batch_go_along()
    {
        // "1" is kept when the code continues because of "now"; "2" and "3" come after that in the same batch.
        Assert.Equal("2 3", await EventsAsync(preserve: false, waitForLast: true));
    }

    [Fact]
    public async Task S10_05_The_custom_status_stays()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<bool>("again", (context, second) =>
            {
                if (second)
                    return;
                context.SetCustomStatus("set by the first");
                context.ContinueAsNew(true);
            }));

        Assert.Equal("set by the first", (await runtime.RunAsync("again", false)).ReadCustomStatusAs<string>());
    }

    [Fact]
    public async Task S10_06_Results_of_the_former_execution_are_void_and_events_are_not()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<bool, string>("again", async (context, second) =>
            {
                if (second)
                {
                    // The same number as the timer of the first execution.
                    Task timer = context.CreateTimer(TimeSpan.FromDays(2), CancellationToken.None);
                    string word = await context.WaitForExternalEvent<string>("word");
                    await timer;
                    return word;
                }

                using var source = new CancellationTokenSource();
                _ = context.CreateTimer(TimeSpan.FromDays(1), source.Token);
                await context.WaitForExternalEvent<int>("go");
                source.Cancel();
                context.ContinueAsNew(true);
                return "";
            }));
        string id = await runtime.BegunAsync("again", false);
        await runtime.RaiseAsync(id, "word", "kept");
        await runtime.RaiseAsync(id, "go", 0);
        await runtime.UntilAsync(id, found => found.ReadInputAs<bool>());
        await runtime.UntilAsync<TimerCreatedEvent>(id, 1);
        await runtime.UntilAsync<EventRaisedEvent>(id, 1);

        runtime.Clock.Advance(TimeSpan.FromDays(1));
        await runtime.RestartWorkerAsync();
        runtime.Clock.Advance(TimeSpan.FromDays(1));

        OrchestrationMetadata end = await runtime.EndAsync(id);
        Assert.Null(end.FailureDetails?.ToString());
        Assert.Equal("kept", end.ReadOutputAs<string>());
        Assert.Equal(Runtime.Beginning.UtcDateTime.AddDays(2), Assert.Single(await runtime.HistoryAsync<TimerFiredEvent>(id)).FireAt);
    }

    [Fact]
    public async Task S10_07_Executions_follow_each_other_at_once_however_many()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("again", (context, left) =>
            {
                if (left > 0)
                    context.ContinueAsNew(left - 1);
                return left;
            }));

        Assert.Equal(0, (await runtime.RunAsync("again", 200)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task S10_08_and_09_Clients_see_it_running_and_the_parent_hears_of_the_real_end_only()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("parent", context => context.CallSubOrchestratorAsync<int>("again", 0, new SubOrchestrationOptions(instanceId: "the-child")))
            .AddOrchestratorFunc<int, int>("again", async (context, round) =>
            {
                await context.WaitForExternalEvent<int>("go");
                if (round < 2)
                    context.ContinueAsNew(round + 1);
                return round;
            }));
        string parent = await runtime.BegunAsync("parent");
        Task<OrchestrationMetadata> end = runtime.EndAsync("the-child");
        for (int round = 0; round < 2; round++)
        {
            OrchestrationMetadata child = await runtime.UntilAsync("the-child", found => found.ReadInputAs<int>() == round && found.RuntimeStatus != OrchestrationRuntimeStatus.Pending);
            Assert.Equal(OrchestrationRuntimeStatus.Running, child.RuntimeStatus);
            await runtime.RaiseAsync("the-child", "go", 0);
        }

        await runtime.UntilAsync("the-child", found => found.ReadInputAs<int>() == 2);
        Assert.False(end.IsCompleted);
        Assert.Empty(await runtime.HistoryAsync<SubOrchestrationInstanceCompletedEvent>(parent));
        await runtime.RaiseAsync("the-child", "go", 0);

        Assert.Equal(2, (await end).ReadOutputAs<int>());
        Assert.Equal(2, (await runtime.EndAsync(parent)).ReadOutputAs<int>());
    }

    /// <summary>Continues on the event "now", which comes after event 1 and before 2 and 3, all in one batch.</summary>
    private static async Task<string?> EventsAsync(bool preserve, bool waitForLast)
    {
        await using Runtime runtime = Runtime.Create(tasks => tasks
            .AddOrchestratorFunc<bool, string>("again", async (context, second) =>
            {
                if (!second)
                {
                    await context.WaitForExternalEvent<int>("now");
                    context.ContinueAsNew(true, preserve);
                    return "";
                }

                var seen = new List<int>();
                while (seen.Count < (waitForLast ? 2 : 3))
                    seen.Add(await context.WaitForExternalEvent<int>("e"));
                return string.Join(' ', seen);
            }));
        string id = await runtime.BeginAsync("again", false);
        foreach ((string name, int payload) in new[] { ("e", 1), ("now", 0), ("e", 2), ("e", 3) })
            await runtime.RaiseAsync(id, name, payload);

        await runtime.StartWorkerAsync();
        return (await runtime.EndAsync(id)).ReadOutputAs<string>();
    }
}
