using DurableTask.Core.History;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Tests.Hosting;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S08_RetryTests
{
    [Fact]
    public async Task S08_01_and_07_Attempts_are_new_tasks_with_growing_bounded_timers_between_and_the_last_one_is_named()
    {
        await using Runtime runtime = await StartAsync(new RetryPolicy(4, TimeSpan.FromSeconds(10), 3, TimeSpan.FromSeconds(60)), 99);
        string id = await runtime.BegunAsync("calls");

        for (int timer = 1; timer <= 3; timer++)
            await runtime.PassTimerAsync(id, timer);
        OrchestrationMetadata end = await runtime.EndAsync(id);

        Assert.Equal("#6 attempt 4", end.ReadOutputAs<string>());
        List<TimerCreatedEvent> timers = await runtime.HistoryAsync<TimerCreatedEvent>(id);
        Assert.Equal([10, 30, 60, 0], timers.Select(timer => (timer.FireAt - timer.Timestamp).TotalSeconds));
        Assert.Equal(
            "TaskScheduled#0 TimerCreated#1 TaskScheduled#2 TimerCreated#3 TaskScheduled#4 TimerCreated#5 TaskScheduled#6 TimerCreated#7 ExecutionCompleted#8",
            (await runtime.HistoryAsync(id)).Actions());
    }

    [Fact]
    public async Task S08_01_A_later_success_is_the_result()
    {
        await using Runtime runtime = await StartAsync(new RetryPolicy(3, TimeSpan.FromSeconds(10)), 1);
        string id = await runtime.BegunAsync("calls");

        await runtime.PassTimerAsync(id, 1);

        Assert.Equal("success 2", (await runtime.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S08_02_Even_a_single_attempt_is_followed_by_a_timer()
    {
        await using Runtime runtime = await StartAsync(new RetryPolicy(1, TimeSpan.FromSeconds(10)), 99);

        OrchestrationMetadata end = await runtime.RunAsync("calls");

        Assert.Equal("#0 attempt 1", end.ReadOutputAs<string>());
        Assert.Equal("TaskScheduled#0 TimerCreated#1 ExecutionCompleted#2", (await runtime.HistoryAsync(end.InstanceId)).Actions());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S08_03_An_unwanted_failure_is_thrown_at_once_and_a_filter_that_throws_wants_none(bool throws)
    {
        TaskFailureDetails? asked = null;
        await using Runtime runtime = await StartAsync(
            new RetryPolicy(3, TimeSpan.FromSeconds(10))
            {
                HandleFailure = failure =>
                {
                    asked = failure;
                    return throws ? throw new FormatException() : false;
                },
            },
            99);

        OrchestrationMetadata end = await runtime.RunAsync("calls");

        Assert.Equal("#0 attempt 1", end.ReadOutputAs<string>());
        Assert.Equal("System.IO.IOException: attempt 1", $"{asked}");
        Assert.Empty(await runtime.HistoryAsync<TimerCreatedEvent>(end.InstanceId));
    }

    [Fact]
    public async Task S08_04_The_timeout_is_looked_at_when_an_attempt_has_failed_only()
    {
        // The second attempt comes after 20 of the 15 seconds and still runs.
        await using Runtime runtime = await StartAsync(new RetryPolicy(9, TimeSpan.FromSeconds(10), 2, null, TimeSpan.FromSeconds(15)), 99);
        string id = await runtime.BegunAsync("calls");

        await runtime.PassTimerAsync(id, 1);
        await runtime.PassTimerAsync(id, 2);

        Assert.Equal("#4 attempt 3", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(2, (await runtime.HistoryAsync<TimerCreatedEvent>(id)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S08_05_and_08_What_cannot_be_retried_is_thrown_without_asking(bool handler)
    {
        bool asked = false;
        TaskOptions options = handler
            ? TaskOptions.FromRetryHandler(_ => asked = true)
            : TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(10)) { HandleFailure = _ => asked = true });
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("calls", context => context.CallActivityAsync("nobody", null, options)));

        OrchestrationMetadata end = await runtime.RunAsync("calls");

        Assert.Equal("ActivityTaskNotFound", end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.False(asked);
        Assert.Equal("TaskScheduled#0 ExecutionCompleted#1", (await runtime.HistoryAsync(end.InstanceId)).Actions());
    }

    [Fact]
    public void S08_06_The_defaults_are_no_growth_an_hour_at_most_and_no_timeout()
    {
        var policy = new RetryPolicy(3, TimeSpan.FromSeconds(1));

        Assert.Equal(1, policy.BackoffCoefficient);
        Assert.Equal(TimeSpan.FromHours(1), policy.MaxRetryInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, policy.RetryTimeout);
    }

    [Fact]
    public async Task S08_08_A_handler_decides_may_wait_durably_and_sees_each_attempt()
    {
        var seen = new List<string>();
        TaskOptions options = TaskOptions.FromRetryHandler(async retry =>
        {
            seen.Add($"{retry.LastAttemptNumber} {retry.LastFailure} {retry.TotalRetryTime}");
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            return retry.LastAttemptNumber < 3;
        });
        await using Runtime runtime = await StartAsync(options, 99);
        string id = await runtime.BegunAsync("calls");

        for (int timer = 1; timer <= 3; timer++)
            await runtime.PassTimerAsync(id, timer);

        Assert.Equal("#4 attempt 3", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(
            [
                "1 System.IO.IOException: attempt 1 00:00:00",
                "2 System.IO.IOException: attempt 2 00:01:00",
                "3 System.IO.IOException: attempt 3 00:02:00",
            ],
            seen);
    }

    [Fact]
    public async Task S08_08_A_handler_without_waits_retries_at_once_and_runs_again_on_replay()
    {
        int asked = 0;
        TaskOptions options = TaskOptions.FromRetryHandler(_ => ++asked > 0);
        await using Runtime runtime = await StartAsync(options, 2, thenWait: true);
        string id = await runtime.BeginAsync("calls");
        await runtime.UntilAsync<TaskCompletedEvent>(id, 1);
        Assert.Equal(2, asked);

        await runtime.RestartWorkerAsync();
        await runtime.RaiseAsync(id, "go", 0);

        Assert.Equal("success 3", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(4, asked);
        Assert.Equal("TaskScheduled#0 TaskScheduled#1 TaskScheduled#2 ExecutionCompleted#3", (await runtime.HistoryAsync(id)).Actions());
    }

    [Fact]
    public async Task S08_09_A_failed_child_is_made_again_under_its_id()
    {
        int runs = 0;
        TaskOptions retry = TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMinutes(1))).WithInstanceId("the-child");
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", context => context.CallSubOrchestratorAsync<string>("child", null, retry))
            .AddOrchestratorFunc<string>("child", _ => ++runs < 3 ? throw new IOException("not yet") : $"run {runs}"));
        string id = await runtime.BegunAsync("parent");

        await runtime.PassTimerAsync(id, 1);
        await runtime.PassTimerAsync(id, 2);

        Assert.Equal("run 3", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await runtime.GetAsync("the-child")).RuntimeStatus);
        Assert.All(await runtime.HistoryAsync<SubOrchestrationInstanceCreatedEvent>(id), created => Assert.Equal("the-child", created.InstanceId));
    }

    [Fact]
    public async Task S08_10_Retry_attributes_of_functions_are_not_for_activities()
    {
        await using TestApp app = await TestApp.StartAsync(null, typeof(RetriedFunctions));
        string id = await app.Client.ScheduleNewOrchestrationInstanceAsync(nameof(RetriedFunctions.CallsRetried));
        using var limit = new CancellationTokenSource(Eventually.Patience);

        OrchestrationMetadata end = await app.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Single((await app.Client.GetOrchestrationHistoryAsync(id)).OfType<TaskScheduledEvent>());
        Assert.Equal("call 1", end.FailureDetails!.InnerFailure!.ErrorMessage);
    }

    private static Task<Runtime> StartAsync(RetryPolicy policy, int failures) => StartAsync(TaskOptions.FromRetryPolicy(policy), failures);

    /// <summary>An orchestrator that calls an activity which fails so many times first.</summary>
    private static Task<Runtime> StartAsync(TaskOptions options, int failures, bool thenWait = false)
    {
        int calls = 0;
        return Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("calls", async context =>
            {
                try
                {
                    string result = await context.CallActivityAsync<string>("flaky", null, options);
                    if (thenWait)
                        await context.WaitForExternalEvent<int>("go");
                    return result;
                }
                catch (TaskFailedException error)
                {
                    return $"#{error.TaskId} {error.FailureDetails.ErrorMessage}";
                }
            })
            .AddActivityFunc<string>("flaky", _ => ++calls <= failures ? throw new IOException($"attempt {calls}") : $"success {calls}"));
    }
}

public sealed class RetriedFunctions
{
    private static int calls;

    [Function(nameof(CallsRetried))]
    public static Task CallsRetried([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync(nameof(Retried));

    [Function(nameof(Retried))]
    [FixedDelayRetry(5, "00:00:00.001")]
    public static string Retried([ActivityTrigger] string? input) => throw new IOException($"call {++calls}");
}
