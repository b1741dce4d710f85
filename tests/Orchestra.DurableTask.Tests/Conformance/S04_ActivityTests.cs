using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S04_ActivityTests
{
    [Fact]
    public async Task S04_01_An_activity_that_was_stopped_runs_again_and_a_finished_one_does_not()
    {
        int finished = 0;
        int stopped = 0;
        var again = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("both", async context =>
                await context.CallActivityAsync<string>("finishes") + await context.CallActivityAsync<string>("is stopped"))
            .AddActivityFunc<string>("finishes", _ => $"f{Interlocked.Increment(ref finished)}")
            .AddActivityFunc<string>("is stopped", async _ =>
            {
                int run = Interlocked.Increment(ref stopped);
                if (run > 1)
                {
                    again.SetResult();
                    return $"s{run}";
                }

                begun.SetResult();
                await new TaskCompletionSource().Task;
                return "never";
            }), drain: TimeSpan.Zero);
        string id = await runtime.BeginAsync("both");
        await begun.Task.WaitAsync(runtime.Patience);

        // What does not heed the stop keeps its lease, until that runs out.
        await runtime.RestartWorkerAsync();
        while (!again.Task.IsCompleted)
        {
            runtime.Patience.ThrowIfCancellationRequested();
            runtime.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("f1s2", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(2, (await runtime.HistoryAsync<TaskCompletedEvent>(id)).Count);
    }

    [Fact]
    public async Task S04_02_Only_the_input_of_an_activity_is_a_list_in_the_history()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("inputs", async (context, _) =>
            {
                string seen = "";
                foreach (object? input in new object?[] { 5, "s", new[] { 1, 2 }, null })
                    seen += await context.CallActivityAsync<string>("echo", input) + " ";
                await context.CallSubOrchestratorAsync("child", new[] { 1, 2 }, new SubOrchestrationOptions(instanceId: "with"));
                await context.CallSubOrchestratorAsync("child", null, new SubOrchestrationOptions(instanceId: "without"));
                context.SendEvent("nobody", "e", "x");
                return seen;
            })
            .AddOrchestratorFunc("child", _ => { })
            .AddActivityFunc<System.Text.Json.JsonElement?, string>("echo", (_, input) => input?.GetRawText() ?? "none"));

        OrchestrationMetadata end = await runtime.RunAsync("inputs", "start");

        string id = end.InstanceId;
        Assert.Equal("5 \"s\" [1,2] none ", end.ReadOutputAs<string>());
        Assert.Equal(["[5]", "[\"s\"]", "[[1,2]]", "[null]"], (await runtime.HistoryAsync<TaskScheduledEvent>(id)).Select(entry => entry.Input));
        Assert.Equal(["[1,2]", null], (await runtime.HistoryAsync<SubOrchestrationInstanceCreatedEvent>(id)).Select(entry => entry.Input));
        Assert.Equal("\"x\"", Assert.Single(await runtime.HistoryAsync<EventSentEvent>(id)).Input);
        Assert.Equal("\"start\"", Assert.Single(await runtime.HistoryAsync<ExecutionStartedEvent>(id)).Input);
        Assert.Null(Assert.Single(await runtime.HistoryAsync<ExecutionStartedEvent>("without")).Input);
    }

    [Fact]
    public async Task S04_03_No_result_is_the_default_value_and_a_misfit_can_be_caught()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("reads", async context =>
            {
                int none = await context.CallActivityAsync<int>("none");
                string? text = await context.CallActivityAsync<string?>("none");
                try
                {
                    await context.CallActivityAsync<int>("text");
                    return "no error";
                }
                catch (System.Text.Json.JsonException)
                {
                    return $"{none} {text ?? "null"} caught";
                }
            })
            .AddOrchestratorFunc("careless", context => context.CallActivityAsync<int>("text"))
            .AddActivityFunc<string?>("none", _ => (string?)null)
            .AddActivityFunc<string>("text", _ => "text"));

        Assert.Equal("0 null caught", (await runtime.RunAsync("reads")).ReadOutputAs<string>());
        Assert.Equal("System.Text.Json.JsonException", (await runtime.RunAsync("careless")).FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task S04_04_Options_given_as_the_input_are_refused()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string?>("mistaken", async context =>
            {
                try
                {
                    await context.CallActivityAsync("nothing", (object)new TaskOptions());
                    return "no error";
                }
                catch (ArgumentException error)
                {
                    return error.ParamName;
                }
            }));

        Assert.Equal("input", (await runtime.RunAsync("mistaken")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S04_05_A_failure_is_stored_with_its_type_message_stack_and_causes()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("fails", context => context.CallActivityAsync("bad"))
            .AddActivityFunc("bad", _ => throw new InvalidOperationException("outer", new FormatException("inner"))));

        OrchestrationMetadata end = await runtime.RunAsync("fails");

        TaskFailedEvent failed = Assert.Single(await runtime.HistoryAsync<TaskFailedEvent>(end.InstanceId));
        Assert.Equal(0, failed.TaskScheduledId);
        Assert.Equal("System.InvalidOperationException: outer", $"{failed.FailureDetails}");
        Assert.Contains(nameof(S04_ActivityTests), failed.FailureDetails!.StackTrace, StringComparison.Ordinal);
        Assert.Equal("System.FormatException: inner", $"{failed.FailureDetails.InnerFailure}");
    }

    [Fact]
    public async Task S04_06_An_unknown_activity_fails_and_is_not_tried_again()
    {
        var retry = TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromHours(1)));
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("calls", context => context.CallActivityAsync("nobody", null, retry)));

        OrchestrationMetadata end = await runtime.RunAsync("calls");

        Assert.Equal("ActivityTaskNotFound", end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.True(Assert.Single(await runtime.HistoryAsync<TaskFailedEvent>(end.InstanceId)).FailureDetails!.IsNonRetriable);
        Assert.Equal("TaskScheduled#0 ExecutionCompleted#1", (await runtime.HistoryAsync(end.InstanceId)).Actions());
    }

    [Fact]
    public async Task S04_07_An_activity_that_lost_its_process_runs_again_and_has_not_failed()
    {
        using var journal = new TempJournal();
        var begun = new TaskCompletionSource();
        string id;
        await using (TestHost doomed = await TestHost.StartAsync(
            Calling(async _ =>
            {
                begun.SetResult();
                await new TaskCompletionSource().Task;
                return "never";
            }),
            options =>
            {
                journal.Options(options);
                options.DrainTimeout = TimeSpan.Zero;
                options.LeaseDuration = TimeSpan.FromMilliseconds(1);
            }))
        {
            id = await doomed.Client.ScheduleNewOrchestrationInstanceAsync("calls");
            await begun.Task;
            await doomed.CrashAsync();
        }

        await using TestHost next = await TestHost.StartAsync(Calling(_ => Task.FromResult("second run")), journal.Options);
        Assert.Equal("second run", (await next.EndOf(id)).ReadOutputAs<string>());
        Assert.Empty((await next.Client.GetOrchestrationHistoryAsync(id)).OfType<TaskFailedEvent>());

        static Action<DurableTaskRegistry> Calling(Func<TaskActivityContext, Task<string>> activity) => tasks => tasks
            .AddOrchestratorFunc<string>("calls", context => context.CallActivityAsync<string>("works"))
            .AddActivityFunc("works", activity);
    }

    [Fact]
    public async Task S04_08_The_token_of_an_activity_tells_of_the_hosts_end_and_not_of_its_orchestrations()
    {
        var begun = new TaskCompletionSource<CancellationToken>();
        var release = new TaskCompletionSource();
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("calls", context => context.CallActivityAsync("works"))
            .AddActivityFunc("works", async context =>
            {
                CancellationToken token = ((Orchestra.DurableTask.Engine.EmbeddedTaskActivityContext)context).CancellationToken;
                begun.SetResult(token);
                await release.Task.WaitAsync(token);
            }));
        string id = await runtime.BeginAsync("calls");
        CancellationToken token = await begun.Task;

        await runtime.Client.TerminateInstanceAsync(id, runtime.Patience);
        await runtime.EndAsync(id);
        Assert.False(token.IsCancellationRequested);

        await runtime.StopWorkerAsync();
        Assert.True(token.IsCancellationRequested);
    }

    [Fact]
    public async Task S04_10_Replay_needs_no_input_of_what_was_scheduled()
    {
        using var journal = new TempJournal();
        Action<DurableTaskRegistry> tasks = registry => registry
            .AddOrchestratorFunc<string>("calls", async context =>
                await context.CallActivityAsync<string>("echo", "said") + await context.WaitForExternalEvent<string>("go"))
            .AddActivityFunc<string, string>("echo", (_, text) => text);
        await using TestHost host = await TestHost.StartAsync(tasks, options =>
        {
            journal.Options(options);
            options.ForceReplay = true;
        });
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("calls");
        await host.UntilHistory(id, history => history.OfType<TaskCompletedEvent>().Any());

        await host.Engine.Writer.Probe(session => session.Execute("UPDATE history SET body = json_remove(body, '$.Data') WHERE body LIKE '%echo%'"));
        Assert.Equal("[null]", (await host.Client.GetOrchestrationHistoryAsync(id)).OfType<TaskScheduledEvent>().Single().Input);
        await host.Client.RaiseEventAsync(id, "go", " and done");

        Assert.Equal("said and done", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S04_09_An_activity_has_the_version_of_its_orchestration_unless_one_is_given()
    {
        await using Runtime runtime = await Runtime.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<string>("versions", async context =>
                    await context.CallActivityAsync<string>("version") + " " + await context.CallActivityAsync<string>("version", new TaskOptions { Version = "9" }))
                .AddActivityFunc<string>("version", context => context.Version),
            client: options => options.DefaultVersion = "1.2");

        OrchestrationMetadata end = await runtime.RunAsync("versions");

        Assert.Equal("1.2 9", end.ReadOutputAs<string>());
        Assert.Equal(["1.2", "9"], (await runtime.HistoryAsync<TaskScheduledEvent>(end.InstanceId)).Select(entry => entry.Version));
    }
}
