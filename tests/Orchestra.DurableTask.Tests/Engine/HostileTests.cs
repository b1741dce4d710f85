using System.Text.Json;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Tests.Engine;

/// <summary>Orchestrations that nobody should write, and somebody will: each must end as its code says, or fail with a reason.</summary>
public class HostileTests
{
    [Fact]
    public async Task A_continuation_on_the_current_scheduler_may_go_on_with_durable_calls()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("continues", async context => await Task.WhenAll(context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None))
                .ContinueWith(_ => context.CallActivityAsync<string>("echo", "then"), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Current)
                .Unwrap())
            .AddActivityFunc<string, string>("echo", (_, text) => text));

        OrchestrationMetadata end = await host.RunAsync("continues");
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, end.FailureDetails?.ToString());
        Assert.Equal("then", end.ReadOutputAs<string>());
    }

    /// <summary>.NET runs the code after an await outside any scheduler, here as in the genuine engine: the current one is then the thread pool's.</summary>
    [Fact]
    public async Task After_an_await_such_a_continuation_leaves_the_orchestrators_thread_and_fails_with_the_genuine_words()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("leaves", async context =>
            {
                await context.CallActivityAsync("nothing");
                return await context.CallActivityAsync<string>("nothing").ContinueWith(_ => "end", TaskScheduler.Current);
            })
            .AddActivityFunc("nothing", _ => { }));

        Assert.Equal(Orchestra.DurableTask.Engine.Execution.TrespassMessage, (await host.RunAsync("leaves")).FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task A_continuation_may_be_the_last_thing_that_the_code_awaits()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("last", context => Task.WhenAll(context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None))
                .ContinueWith(_ => "end", TaskScheduler.Current)));

        OrchestrationMetadata end = await host.RunAsync("last");
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, end.FailureDetails?.ToString());
    }

    [Fact]
    public async Task A_continuation_without_a_scheduler_too()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("plain", async context =>
            {
                await Task.WhenAll(context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None)).ContinueWith(_ => { });
                await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
                Task any = await Task.WhenAny(context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None), context.CreateTimer(TimeSpan.FromMilliseconds(9), CancellationToken.None));
                await any;
                return "end";
            }));

        OrchestrationMetadata end = await host.RunAsync("plain");
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, end.FailureDetails?.ToString());
    }

    [Fact]
    public async Task A_second_start_message_changes_nothing()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<string, string>("waits", async (context, input) => input + await context.WaitForExternalEvent<string>("go")),
            journal.Options);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", "first ");
        await host.Client.WaitForInstanceStartAsync(id);

        await SendAsync(host, id, new JournalEvent { Type = EventType.ExecutionStarted, Id = -1, At = host.Engine.Now, Name = "waits", Data = "\"second \"", InstanceId = "another" });
        await host.Client.RaiseEventAsync(id, "go", "on");

        Assert.Equal("first on", (await host.EndOf(id)).ReadOutputAs<string>());
        Assert.Single((await host.Client.GetOrchestrationHistoryAsync(id)).OfType<ExecutionStartedEvent>());
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task Two_start_messages_in_one_batch_are_one_start()
    {
        await using TestHost host = TestHost.Create(tasks => tasks.AddOrchestratorFunc<string, string>("echo", (_, input) => Task.FromResult(input)));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "first");
        await SendAsync(host, id, new JournalEvent { Type = EventType.ExecutionStarted, Id = -1, At = host.Engine.Now, Name = "echo", Data = "\"second\"", InstanceId = "another" });

        await host.StartAsync();

        Assert.Equal("first", (await host.EndOf(id)).ReadOutputAs<string>());
        Assert.Single((await host.Client.GetOrchestrationHistoryAsync(id)).OfType<ExecutionStartedEvent>());
    }

    [Fact]
    public async Task Timers_fire_once_each_and_never_before_their_time()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc("sleeps", context => Task.WhenAll(Enumerable.Range(0, 41).Select(i => context.CreateTimer(TimeSpan.FromMilliseconds(100 + (i * 10)), CancellationToken.None)))),
            journal.Options);

        OrchestrationMetadata end = await host.RunAsync("sleeps");

        List<TimerFiredEvent> fired = [.. (await host.Client.GetOrchestrationHistoryAsync(end.InstanceId)).OfType<TimerFiredEvent>()];
        Assert.Equal(41, fired.Count);
        Assert.All(fired, f => Assert.True(f.Timestamp >= f.FireAt, $"{f.FireAt - f.Timestamp} early"));
    }

    [Fact]
    public async Task A_fan_out_of_thousands_inside_children_comes_back_whole()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("wide", async context => (await Task.WhenAll(Enumerable.Range(0, 20).Select(i => context.CallSubOrchestratorAsync<int>("part", i)))).Sum())
            .AddOrchestratorFunc<int, int>("part", async (context, part) => (await Task.WhenAll(Enumerable.Range(0, 100).Select(i => context.CallActivityAsync<int>("same", (part * 100) + i)))).Sum())
            .AddActivityFunc<int, int>("same", (_, i) => i));

        Assert.Equal(1999 * 2000 / 2, (await host.RunAsync("wide")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_hundred_levels_of_children_are_started_purged_and_terminated()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("deep", async (context, level) =>
                level == 0 ? 0 : 1 + await context.CallSubOrchestratorAsync<int>("deep", level - 1))
            .AddOrchestratorFunc<int, int>("hangs", async (context, level) =>
                level == 0 ? await context.WaitForExternalEvent<int>("never") : await context.CallSubOrchestratorAsync<int>("hangs", level - 1, new SubOrchestrationOptions(instanceId: $"hangs{level - 1}"))));

        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("deep", 100);
        Assert.Equal(100, (await host.EndOf(id)).ReadOutputAs<int>());
        Assert.Equal(101, (await host.Client.PurgeInstanceAsync(id, new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);

        string top = await host.Client.ScheduleNewOrchestrationInstanceAsync("hangs", 100);
        await host.Client.WaitForInstanceStartAsync("hangs0");
        await host.Client.TerminateInstanceAsync(top, new TerminateInstanceOptions(Output: "enough", Recursive: true));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOf("hangs0")).RuntimeStatus);
        Assert.Equal("enough", (await host.EndOf("hangs0")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(400)]
    public async Task A_chain_of_inner_exceptions_of_types_that_cannot_be_serialized_is_kept(int length)
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("fails", context => context.CallActivityAsync("fails"))
            .AddActivityFunc("fails", _ => throw Enumerable.Range(0, length).Aggregate((Exception)new Unserializable("core", null), (inner, i) => new Unserializable($"level {i}", inner))));

        OrchestrationMetadata end = await host.RunAsync("fails");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        TaskFailureDetails details = end.FailureDetails!.InnerFailure!;
        Assert.Equal(typeof(Unserializable).FullName, details.ErrorType);
        int depth = 0;
        while (details.InnerFailure is { } inner)
        {
            details = inner;
            depth++;
        }

        // The middle of a very long chain is left out.
        if (length < 100)
            Assert.Equal((length, "core"), (depth, details.ErrorMessage));
        else
            Assert.Equal((98, "core"), (depth, details.ErrorMessage));
    }

    [Fact]
    public async Task Failures_of_more_levels_of_children_than_a_chain_has_reach_the_top()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("deep", (context, level) => level == 0 ? throw new IOException("core") : context.CallSubOrchestratorAsync("deep", level - 1)));

        TaskFailureDetails? details = (await host.RunAsync("deep", 150)).FailureDetails;
        while (details!.InnerFailure is not null)
            details = details.InnerFailure;

        Assert.Equal("core", details.ErrorMessage);
    }

    [Fact]
    public async Task An_exception_that_cannot_even_be_described_still_fails_its_activity()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("fails", context => context.CallActivityAsync("fails"))
            .AddActivityFunc("fails", _ => throw new Mute()));

        TaskFailureDetails details = (await host.RunAsync("fails")).FailureDetails!.InnerFailure!;

        Assert.Equal(typeof(Mute).FullName, details.ErrorType);
        Assert.Contains("could not be read", details.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aggregates_and_messages_of_any_text_are_kept()
    {
        string message = "line\r\nline \u0000 \ud83d\ude00 ' \" \\ \ud800";
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("fails", context => context.CallActivityAsync("fails"))
            .AddActivityFunc("fails", _ => throw new AggregateException(message, new IOException(message), new InvalidOperationException(message))));

        TaskFailureDetails details = (await host.RunAsync("fails")).FailureDetails!.InnerFailure!;

        Assert.Equal(typeof(AggregateException).FullName, details.ErrorType);
        Assert.StartsWith("line\r\nline \u0000 \ud83d\ude00 ' \" \\ ", details.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(typeof(IOException).FullName, details.InnerFailure!.ErrorType);
    }

    [Theory]
    [InlineData("ünï côde 日本 😀")]
    [InlineData("with 'quotes' \"and\" percent%20 & plus+ ;,:")]
    [InlineData("..")]
    public async Task Ids_of_any_allowed_text_work_everywhere(string id)
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<string>("parent", async context => await context.CallSubOrchestratorAsync<string>("child", null, new SubOrchestrationOptions(instanceId: context.InstanceId + " child")))
                .AddOrchestratorFunc<string>("child", context => context.WaitForExternalEvent<string>("gö '\"")),
            journal.Options);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", null, new StartOrchestrationOptions(id));
        await host.Client.WaitForInstanceStartAsync(id + " child");
        await host.Client.RaiseEventAsync(id + " child", "gö '\"", id);

        Assert.Equal(id, (await host.EndOf(id)).ReadOutputAs<string>());
        Assert.Equal([id, id + " child"], await host.Client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = id }).Select(found => found.InstanceId).ToListAsync());
        Assert.Equal(2, (await host.Client.PurgeInstanceAsync(id, new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task A_child_may_have_an_id_that_no_start_could_give_it(string child)
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("parent", context => context.CallSubOrchestratorAsync<string>("child", null, new SubOrchestrationOptions(instanceId: child)))
            .AddOrchestratorFunc<string>("child", context => Task.FromResult(context.InstanceId)));

        OrchestrationMetadata end = await host.RunAsync("parent");

        Assert.Equal(child, end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public async Task Timers_at_the_ends_of_time(int direction)
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("sleeps", async context =>
            {
                await context.CreateTimer(direction < 0 ? DateTime.MinValue : DateTime.SpecifyKind(context.CurrentUtcDateTime.AddYears(-2000), DateTimeKind.Utc), CancellationToken.None);
                return "awake";
            })
            .AddOrchestratorFunc<string>("never", async context =>
            {
                using var end = new CancellationTokenSource();
                Task far = context.CreateTimer(DateTime.MaxValue, end.Token);
                Task longDelay = context.CreateTimer(TimeSpan.FromDays(10000), end.Token);
                string got = await context.WaitForExternalEvent<string>("go");
                end.Cancel();
                return got;
            }));

        Assert.Equal("awake", (await host.RunAsync("sleeps")).ReadOutputAs<string>());
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("never");
        await host.Client.RaiseEventAsync(id, "go", "on");
        Assert.Equal("on", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_delay_beyond_the_end_of_time_fails_the_instance()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("sleeps", context => context.CreateTimer(TimeSpan.MaxValue, CancellationToken.None)));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await host.RunAsync("sleeps")).RuntimeStatus);
    }

    [Fact]
    public async Task Raising_terminating_suspending_and_purging_at_once_leaves_a_clean_journal()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<int>("counts", async context =>
                {
                    int sum = 0;
                    for (int i = 0; i < 20; i++)
                    {
                        sum += await context.WaitForExternalEvent<int>("e");
                        await context.CallActivityAsync("nothing");
                        await context.CallSubOrchestratorAsync("child");
                    }

                    return sum;
                })
                .AddOrchestratorFunc("child", _ => { })
                .AddActivityFunc("nothing", _ => { }),
            journal.Options);
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => $"i{i}")];
        await Task.WhenAll(ids.Select(id => host.Client.ScheduleNewOrchestrationInstanceAsync("counts", null, new StartOrchestrationOptions(id))));

        await Task.WhenAll(ids.SelectMany((id, i) => Enumerable.Range(0, 30).Select(k => Task.Run(async () =>
        {
            switch ((i + k) % 10)
            {
                case 3 when k > 20:
                    await host.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions(Output: "t", Recursive: true));
                    break;
                case 4:
                    await host.Client.SuspendInstanceAsync(id);
                    break;
                case 5 or 6:
                    await host.Client.ResumeInstanceAsync(id);
                    break;
                case 7 when k > 25:
                    await ((Orchestra.DurableTask.Engine.EmbeddedTaskClient)host.Client).PurgeAsync(id, null, force: true, CancellationToken.None);
                    break;
                case 8 when k > 15:
                    await Assert.ThrowsAnyAsync<Exception>(async () =>
                    {
                        await host.Client.ScheduleNewOrchestrationInstanceAsync("counts", null, new StartOrchestrationOptions(id));
                        throw new InvalidOperationException("started");
                    });
                    break;
                default:
                    await host.Client.RaiseEventAsync(id, "e", 1);
                    break;
            }
        }))));
        foreach (string id in ids)
        {
            if (await host.Client.GetInstanceAsync(id) is null)
                continue;
            await host.Client.ResumeInstanceAsync(id);
            for (int i = 0; i < 20; i++)
                await host.Client.RaiseEventAsync(id, "e", 1);
            Assert.True((await host.EndOf(id)).IsCompleted);
        }

        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task A_turn_of_an_instance_that_was_purged_cannot_write_into_its_successor()
    {
        using var journal = new TempJournal();
        using var entered = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        int runs = 0;
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<string>("blocks", context =>
            {
                if (Interlocked.Increment(ref runs) == 1)
                {
                    entered.Set();
                    Assert.True(gate.Wait(Eventually.Patience));
                }

                return context.WaitForExternalEvent<string>("go");
            }),
            journal.Options);
        var client = (Orchestra.DurableTask.Engine.EmbeddedTaskClient)host.Client;
        await client.ScheduleNewOrchestrationInstanceAsync("blocks", null, new StartOrchestrationOptions("same"));
        Assert.True(entered.Wait(Eventually.Patience));
        await client.PurgeAsync("same", null, force: true, CancellationToken.None);
        await client.ScheduleNewOrchestrationInstanceAsync("blocks", null, new StartOrchestrationOptions("same"));
        await client.WaitForInstanceStartAsync("same");

        gate.Set();
        await client.RaiseEventAsync("same", "go", "on");

        Assert.Equal("on", (await host.EndOf("same")).ReadOutputAs<string>());
        Assert.Single((await client.GetOrchestrationHistoryAsync("same")).OfType<ExecutionStartedEvent>());
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task Continue_as_new_over_restarts_loses_no_event()
    {
        using var journal = new TempJournal();
        string id = "adds";
        int sent = 0;
        for (int round = 0; round < 5; round++)
        {
            await using TestHost host = await TestHost.StartAsync(
                tasks => tasks.AddOrchestratorFunc<List<int>, List<int>>("adds", async (context, seen) =>
                {
                    seen.Add(await context.WaitForExternalEvent<int>("e"));
                    if (seen.Count == 100)
                        return seen;
                    context.ContinueAsNew(seen);
                    return [];
                }),
                journal.Options);
            if (round == 0)
                await host.Client.ScheduleNewOrchestrationInstanceAsync("adds", new List<int>(), new StartOrchestrationOptions(id));
            for (int i = 0; i < 20; i++)
                await host.Client.RaiseEventAsync(id, "e", sent++);
            if (round == 4)
                Assert.Equal(Enumerable.Range(0, 100), (await host.EndOf(id)).ReadOutputAs<List<int>>()!);
        }

        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task A_token_that_is_cancelled_from_elsewhere_fails_the_instance()
    {
        using var source = new CancellationTokenSource();
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("go", source.Token)));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await host.Client.WaitForInstanceStartAsync(id);

        await source.CancelAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await host.EndOf(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Waits_that_are_over_or_given_up_leave_nothing_in_memory()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc<string>("ends", _ => "end"));
        for (int i = 0; i < 20; i++)
        {
            OrchestrationMetadata end = await host.RunAsync("ends");
            await host.EndOf(end.InstanceId);
        }

        using var impatient = new CancellationTokenSource();
        Task[] waits = [.. Enumerable.Range(0, 5).Select(i => host.Client.WaitForInstanceStartAsync($"nobody {i % 2}", impatient.Token))];
        Assert.Equal(2, host.Engine.StatusSignals.Count);
        await impatient.CancelAsync();
        foreach (Task wait in waits)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);

        Assert.Equal(0, host.Engine.StatusSignals.Count);
    }

    [Fact]
    public async Task Results_that_cannot_be_serialized_fail_with_the_reason()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<object>("cycle", _ =>
            {
                var node = new Node();
                node.Next = node;
                return Task.FromResult<object>(node);
            })
            .AddOrchestratorFunc<object>("activity", context => context.CallActivityAsync<object>("cycle"))
            .AddOrchestratorFunc("status", context =>
            {
                var node = new Node();
                node.Next = node;
                context.SetCustomStatus(node);
            })
            .AddActivityFunc<object>("cycle", _ =>
            {
                var node = new Node();
                node.Next = node;
                return node;
            }));

        Assert.Equal(typeof(JsonException).FullName, (await host.RunAsync("cycle")).FailureDetails!.ErrorType);
        Assert.Equal(typeof(JsonException).FullName, (await host.RunAsync("activity")).FailureDetails!.InnerFailure!.ErrorType);
        Assert.Equal(typeof(JsonException).FullName, (await host.RunAsync("status")).FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task An_exception_that_escapes_an_async_void_method_fails_the_instance()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("void", async context =>
            {
                Forget(context);
                return await context.WaitForExternalEvent<string>("go");
            })
            .AddActivityFunc("nothing", _ => { }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("void");

        TaskFailureDetails details = (await host.EndOf(id)).FailureDetails!;
        Assert.Equal((typeof(InvalidOperationException).FullName, "nobody hears this"), (details.ErrorType, details.ErrorMessage));

        static async void Forget(TaskOrchestrationContext context)
        {
            await context.CallActivityAsync("nothing");
            throw new InvalidOperationException("nobody hears this");
        }
    }

    private static Task<bool> SendAsync(TestHost host, string id, JournalEvent message) => host.Engine.Writer.Run((session, effects) =>
    {
        var handOver = new HandOver();
        InboxStore.Send(session, handOver, host.Engine.Owner, id, null, message);
        effects.Add(() => host.Engine.Take(handOver));
        return true;
    });

    private sealed class Node
    {
        public Node? Next { get; set; }
    }

    private sealed class Mute : Exception
    {
        public override string Message => throw new NotSupportedException();
    }

    private sealed class Unserializable(string message, Exception? inner) : Exception(message, inner)
    {
        public Unserializable Self => this;

        public IntPtr Handle => 1;
    }
}
