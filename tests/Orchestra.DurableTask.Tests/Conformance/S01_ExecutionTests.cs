using System.Collections.Concurrent;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S01_ExecutionTests
{
    [Fact]
    public async Task S01_01_A_turn_is_stored_as_a_whole_with_its_start_and_end()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("one", context => context.CallActivityAsync("nothing"))
            .AddActivityFunc("nothing", _ => { }));

        OrchestrationMetadata end = await runtime.RunAsync("one");

        Assert.Equal(
            "OrchestratorStarted ExecutionStarted TaskScheduled OrchestratorCompleted "
            + "OrchestratorStarted TaskCompleted ExecutionCompleted OrchestratorCompleted",
            (await runtime.HistoryAsync(end.InstanceId)).Kinds());
    }

    [Fact]
    public async Task S01_02_One_counter_numbers_all_actions_and_results_refer_to_it()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<bool, string>("all", async (context, again) =>
            {
                await context.CallActivityAsync("nothing");
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                await context.CallSubOrchestratorAsync("child");
                context.SendEvent("nobody", "hello", 1);
                if (again)
                    context.ContinueAsNew(false);
                return "done";
            })
            .AddOrchestratorFunc("child", _ => { })
            .AddActivityFunc("nothing", _ => { }));

        OrchestrationMetadata end = await runtime.RunAsync("all", true);

        IList<HistoryEvent> history = await runtime.HistoryAsync(end.InstanceId);
        Assert.Equal("TaskScheduled#0 TimerCreated#1 SubOrchestrationInstanceCreated#2 EventSent#3 ExecutionCompleted#4", history.Actions());
        Assert.Equal(0, Assert.Single(history.OfType<TaskCompletedEvent>()).TaskScheduledId);
        Assert.Equal(1, Assert.Single(history.OfType<TimerFiredEvent>()).TimerId);
        Assert.Equal(2, Assert.Single(history.OfType<SubOrchestrationInstanceCompletedEvent>()).TaskScheduledId);
    }

    [Fact]
    public async Task S01_03_Results_go_to_the_call_with_their_number_in_whatever_order_they_come()
    {
        var second = new TaskCompletionSource();
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("two", async context =>
            {
                Task<string> first = context.CallActivityAsync<string>("slow");
                Task<string> other = context.CallActivityAsync<string>("quick");
                await other;
                context.SetCustomStatus("one is there");
                return await first + await other;
            })
            .AddActivityFunc<string>("slow", async _ =>
            {
                await second.Task;
                return "a";
            })
            .AddActivityFunc<string>("quick", _ => "b"));
        string id = await runtime.BeginAsync("two");

        await runtime.UntilAsync(id, found => found.SerializedCustomStatus is not null);
        second.SetResult();

        Assert.Equal("ab", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal([1, 0], (await runtime.HistoryAsync<TaskCompletedEvent>(id)).Select(entry => entry.TaskScheduledId));
    }

    [Fact]
    public async Task S01_04_Continuations_run_in_event_order_on_one_thread_and_yield_works()
    {
        await using Runtime runtime = Runtime.Create(tasks => tasks
            .AddOrchestratorFunc<string>("order", async context =>
            {
                var seen = new List<string>();
                async Task Listen(string name)
                {
                    await Task.Yield();
                    int thread = Environment.CurrentManagedThreadId;
                    await context.WaitForExternalEvent<int>(name);
                    seen.Add(name + (thread == Environment.CurrentManagedThreadId));
                }

                await Task.WhenAll(Listen("a"), Listen("b"), Listen("c"));
                return string.Join(' ', seen);
            }));
        string id = await runtime.BeginAsync("order");
        foreach (string name in new[] { "c", "a", "b" })
            await runtime.RaiseAsync(id, name, 0);

        await runtime.StartWorkerAsync();

        Assert.Equal("cTrue aTrue bTrue", (await runtime.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S01_05_Waiting_for_what_is_not_durable_fails_with_the_genuine_words()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("never", _ => new TaskCompletionSource().Task)
            .AddOrchestratorFunc("delay", _ => Task.Delay(Timeout.Infinite))
            .AddOrchestratorFunc("elsewhere", async context =>
            {
                await context.CallActivityAsync("nothing").ConfigureAwait(false);
                await context.CallActivityAsync("nothing");
            })
            .AddActivityFunc("nothing", _ => { }));

        foreach (string name in new[] { "never", "delay", "elsewhere" })
        {
            OrchestrationMetadata end = await runtime.RunAsync(name);
            Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
            Assert.Equal("System.InvalidOperationException", end.FailureDetails!.ErrorType);
            Assert.Equal(
                "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's implementation or by middleware that invokes asynchronous code.",
                end.FailureDetails.ErrorMessage);
        }
    }

    [Fact]
    public async Task S01_06_The_clock_stands_during_a_turn_and_replay_shows_the_old_times()
    {
        var seen = new ConcurrentQueue<DateTime>();
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("clock", async context =>
            {
                seen.Enqueue(context.CurrentUtcDateTime);
                await context.WaitForExternalEvent<int>("first");
                seen.Enqueue(context.CurrentUtcDateTime);
                await context.WaitForExternalEvent<int>("second");
                seen.Enqueue(context.CurrentUtcDateTime);
            }));
        string id = await runtime.BegunAsync("clock");
        runtime.Clock.Advance(TimeSpan.FromTicks(1));
        await runtime.RaiseAsync(id, "first", 0);
        await runtime.UntilAsync<EventRaisedEvent>(id, 1);
        seen.Clear();

        runtime.Clock.Advance(TimeSpan.FromHours(1));
        await runtime.RestartWorkerAsync();
        await runtime.RaiseAsync(id, "second", 0);
        await runtime.EndAsync(id);

        DateTime start = Runtime.Beginning.UtcDateTime;
        Assert.Equal([start, start.AddTicks(1), start.AddTicks(1).AddHours(1)], seen);
        Assert.All(seen, time => Assert.Equal(DateTimeKind.Utc, time.Kind));
    }

    [Fact]
    public async Task S01_07_Replaying_is_true_for_the_past_only()
    {
        var seen = new ConcurrentQueue<bool>();
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("replay", async context =>
            {
                seen.Enqueue(context.IsReplaying);
                await context.WaitForExternalEvent<int>("first");
                seen.Enqueue(context.IsReplaying);
                await context.WaitForExternalEvent<int>("second");
                seen.Enqueue(context.IsReplaying);
            }));
        string id = await runtime.BegunAsync("replay");
        await runtime.RaiseAsync(id, "first", 0);
        await runtime.UntilAsync<EventRaisedEvent>(id, 1);
        Assert.False(seen.First());
        seen.Clear();

        await runtime.RestartWorkerAsync();
        await runtime.RaiseAsync(id, "second", 0);
        await runtime.EndAsync(id);

        Assert.Equal([true, true, false], seen);
    }

    [Fact]
    public async Task S01_08_A_replay_safe_logger_writes_each_line_once()
    {
        var log = new ListLogger();
        await using Runtime runtime = await Runtime.StartAsync(
            tasks => tasks.AddOrchestratorFunc<bool>("log", async context =>
            {
                ILogger logger = context.CreateReplaySafeLogger("mine");
                logger.LogInformation("before");
                bool enabled = logger.IsEnabled(LogLevel.Information);
                await context.WaitForExternalEvent<int>("go");
                logger.LogInformation("after");
                return enabled;
            }),
            services: services => services.AddLogging(logging => logging.AddProvider(log)));
        string id = await runtime.BegunAsync("log");

        await runtime.RestartWorkerAsync();
        await runtime.RaiseAsync(id, "go", 0);

        Assert.True((await runtime.EndAsync(id)).ReadOutputAs<bool>());
        Assert.Equal(["before", "after"], log.Lines);
    }

    [Theory]
    [InlineData("return", OrchestrationRuntimeStatus.Completed)]
    [InlineData("throw", OrchestrationRuntimeStatus.Failed)]
    [InlineData("continue", OrchestrationRuntimeStatus.Completed)]
    public async Task S01_09_The_end_waits_for_open_tasks_but_not_for_event_waits(string how, OrchestrationRuntimeStatus status)
    {
        var gate = new TaskCompletionSource();
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("ends", (context, input) =>
            {
                if (input == "again")
                    return Task.FromResult("continued");
                _ = context.WaitForExternalEvent<string>("never");
                _ = context.CallActivityAsync("gated");
                if (input == "throw")
                    throw new InvalidOperationException("thrown");
                if (input == "continue")
                    context.ContinueAsNew("again");
                return Task.FromResult("returned");
            })
            .AddActivityFunc("gated", _ => gate.Task));

        string id = await runtime.BegunAsync("ends", how);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await runtime.GetAsync(id)).RuntimeStatus);
        Assert.Equal("TaskScheduled#0", (await runtime.HistoryAsync(id)).Actions());

        gate.SetResult();
        Assert.Equal(status, (await runtime.EndAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task S01_09_The_end_waits_for_a_timer_and_a_child()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("ends", context =>
            {
                _ = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                _ = context.CallSubOrchestratorAsync("child", null, new SubOrchestrationOptions(instanceId: "the-child"));
                return "returned";
            })
            .AddOrchestratorFunc("child", context => context.WaitForExternalEvent<int>("go")));
        string id = await runtime.BegunAsync("ends");

        await runtime.PassTimerAsync(id, 1);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await runtime.GetAsync(id)).RuntimeStatus);
        await runtime.RaiseAsync("the-child", "go", 0);

        Assert.Equal("returned", (await runtime.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S01_10_A_cancelled_timer_does_not_block_the_end_and_its_firing_is_ignored()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("cancel", async context =>
            {
                using var source = new CancellationTokenSource();
                _ = context.CreateTimer(TimeSpan.FromHours(1), source.Token);
                await context.WaitForExternalEvent<int>("cancel");
                source.Cancel();
                await context.WaitForExternalEvent<int>("end");
                return "done";
            }));
        string id = await runtime.BegunAsync("cancel");
        await runtime.RaiseAsync(id, "cancel", 0);
        await runtime.UntilAsync<EventRaisedEvent>(id, 1);

        runtime.Clock.Advance(TimeSpan.FromHours(2));
        await runtime.RaiseAsync(id, "end", 0);

        OrchestrationMetadata end = await runtime.EndAsync(id);
        Assert.Equal("done", end.FailureDetails?.ToString() ?? end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task S01_11_Names_of_class_based_tasks_are_found_whatever_their_case()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestrator<Greeter>()
            .AddActivity<Greet>());

        Assert.Equal("Hello, Ada!", (await runtime.RunAsync("GREETER", "Ada")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S01_12_After_the_end_events_are_discarded()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks.AddOrchestratorFunc("short", _ => { }));
        OrchestrationMetadata end = await runtime.RunAsync("short");
        int length = (await runtime.HistoryAsync(end.InstanceId)).Count;

        await runtime.RaiseAsync(end.InstanceId, "late", 1);
        await runtime.Client.TerminateInstanceAsync(end.InstanceId, "late", runtime.Patience);
        await runtime.RunAsync("short");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await runtime.GetAsync(end.InstanceId)).RuntimeStatus);
        Assert.Equal(length, (await runtime.HistoryAsync(end.InstanceId)).Count);
    }

    [Fact]
    public async Task S01_13_Throwing_before_the_first_await_fails_the_instance()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("throws", (Action<TaskOrchestrationContext>)(_ => throw new FormatException("at once"))));

        OrchestrationMetadata end = await runtime.RunAsync("throws");

        Assert.Equal("System.FormatException: at once", $"{end.FailureDetails}");
    }

    public sealed class Greeter : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => context.CallActivityAsync<string>("greet", input);
    }

    public sealed class Greet : TaskActivity<string, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, string input) => Task.FromResult($"Hello, {input}!");
    }

    private sealed class ListLogger : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();

        public IEnumerable<string> Lines => lines;

        public ILogger CreateLogger(string categoryName) => categoryName == "mine" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
