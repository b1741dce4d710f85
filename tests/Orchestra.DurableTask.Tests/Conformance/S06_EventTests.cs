using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S06_EventTests
{
    [Fact]
    public async Task S06_01_Names_are_matched_whatever_their_case()
    {
        Assert.Equal("1 2", await RunAsync(
            async context => $"{await context.WaitForExternalEvent<int>("Go")} {await context.WaitForExternalEvent<int>("gO")}",
            ("GO", 1), ("go", 2)));
    }

    [Fact]
    public async Task S06_02_Events_without_a_waiter_are_kept_in_order_by_name_also_before_the_first_turn()
    {
        Assert.Equal("1 3 2", await RunAsync(
            async context => $"{await context.WaitForExternalEvent<int>("a")} {await context.WaitForExternalEvent<int>("a")} {await context.WaitForExternalEvent<int>("b")}",
            ("a", 1), ("b", 2), ("a", 3)));
    }

    [Fact]
    public async Task S06_03_Newest_waiter_gets_the_event_first()
    {
        Assert.Equal("2,1", await RunAsync(
            async context =>
            {
                Task<int> older = context.WaitForExternalEvent<int>("e");
                Task<int> newer = context.WaitForExternalEvent<int>("e");
                return $"{await older},{await newer}";
            },
            ("e", 1), ("e", 2)));
    }

    [Fact]
    public async Task S06_04_A_cancelled_waiter_swallows_nothing()
    {
        Assert.Equal("older 1, later 2", await RunAsync(
            async context =>
            {
                using var source = new CancellationTokenSource();
                Task<int> older = context.WaitForExternalEvent<int>("e");
                Task<int> cancelled = context.WaitForExternalEvent<int>("e", source.Token);
                source.Cancel();
                await Assert.ThrowsAsync<TaskCanceledException>(() => cancelled);
                return $"older {await older}, later {await context.WaitForExternalEvent<int>("e")}";
            },
            ("e", 1), ("e", 2)));
    }

    [Fact]
    public async Task S06_04_An_event_for_cancelled_waiters_only_is_kept()
    {
        Assert.Equal("1", await RunAsync(
            async context =>
            {
                using var source = new CancellationTokenSource();
                Task<int> cancelled = context.WaitForExternalEvent<int>("e", source.Token);
                source.Cancel();
                await context.WaitForExternalEvent<int>("then");
                return $"{await context.WaitForExternalEvent<int>("e")}";
            },
            ("e", 1), ("then", 0)));
    }

    [Fact]
    public async Task S06_05_A_kept_event_is_given_out_even_to_a_cancelled_token()
    {
        Assert.Equal("1", await RunAsync(
            async context =>
            {
                await context.WaitForExternalEvent<int>("then");
                return $"{await context.WaitForExternalEvent<int>("e", new CancellationToken(canceled: true))}";
            },
            ("e", 1), ("then", 0)));
    }

    [Fact]
    public async Task S06_06_Two_open_waits_for_one_name_must_agree_on_the_type()
    {
        Assert.Equal(
            "Events with the same name must have the same type argument. Expected System.Int32 but was requested System.String.",
            await RunAsync(context =>
            {
                _ = context.WaitForExternalEvent<int>("e");
                try
                {
                    _ = context.WaitForExternalEvent<string>("E");
                    return Task.FromResult("no error");
                }
                catch (ArgumentException error)
                {
                    return Task.FromResult(error.Message);
                }
            }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(60)]
    public async Task S06_07_A_wait_that_times_out_is_cancelled(int minutes)
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("waits", async context =>
            {
                try
                {
                    return await context.WaitForExternalEvent<string>("e", TimeSpan.FromMinutes(minutes));
                }
                catch (TaskCanceledException)
                {
                    return "timed out";
                }
            }));
        string id = await runtime.BegunAsync("waits");

        runtime.Clock.Advance(TimeSpan.FromMinutes(60));

        Assert.Equal("timed out", (await runtime.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal("TimerCreated#0 ExecutionCompleted#1", (await runtime.HistoryAsync(id)).Actions());
    }

    [Fact]
    public async Task S06_07_An_event_in_time_cancels_the_timer()
    {
        Assert.Equal("7", await RunAsync(async context => $"{await context.WaitForExternalEvent<int>("e", TimeSpan.FromDays(1))}", ("e", 7)));
    }

    [Fact]
    public async Task S06_07_The_callers_token_ends_the_wait_too()
    {
        Assert.Equal("cancelled", await RunAsync(
            async context =>
            {
                using var source = new CancellationTokenSource();
                Task<int> wait = context.WaitForExternalEvent<int>("e", TimeSpan.FromDays(1), source.Token);
                await context.WaitForExternalEvent<int>("stop");
                source.Cancel();
                try
                {
                    return $"{await wait}";
                }
                catch (TaskCanceledException)
                {
                    return "cancelled";
                }
            },
            ("stop", 0)));
    }

    [Theory]
    [InlineData(null, "System.NullReferenceException")]
    [InlineData("text", "System.Text.Json.JsonException")]
    public async Task S06_08_A_payload_that_does_not_fit_fails_the_instance_past_any_catch(string? payload, string error)
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("careful", async context =>
            {
                try
                {
                    return $"{await context.WaitForExternalEvent<int>("number")}";
                }
                catch (Exception)
                {
                    return "caught";
                }
            }));
        string id = await runtime.BegunAsync("careful");

        await runtime.RaiseAsync(id, "number", payload);

        OrchestrationMetadata end = await runtime.EndAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(error, end.FailureDetails!.ErrorType);
        Assert.NotEmpty(end.FailureDetails.ErrorMessage);
        Assert.NotEmpty(end.FailureDetails.StackTrace!);
    }

    [Fact]
    public async Task S06_08_No_payload_is_null_where_the_type_allows_it()
    {
        Assert.Equal("null null", await RunAsync(
            async context => $"{await context.WaitForExternalEvent<string?>("e") ?? "null"} {(await context.WaitForExternalEvent<int?>("e"))?.ToString() ?? "null"}",
            ("e", null), ("e", null)));
    }

    [Fact]
    public async Task S06_09_Events_of_one_client_keep_their_order()
    {
        (string Name, object? Payload)[] events = [.. Enumerable.Range(0, 50).Select(i => ("e", (object?)i))];
        Assert.Equal(
            string.Join(' ', Enumerable.Range(0, 50)),
            await RunAsync(
                async context =>
                {
                    var seen = new List<int>();
                    while (seen.Count < 50)
                        seen.Add(await context.WaitForExternalEvent<int>("e"));
                    return string.Join(' ', seen);
                },
                events));
    }

    [Fact]
    public async Task S06_10_A_sent_event_has_a_number_and_one_to_nobody_is_dropped()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("sends", (context, to) =>
            {
                context.SendEvent("nobody", "e", "lost");
                context.SendEvent(to, "E", "found");
                return "sent";
            })
            .AddOrchestratorFunc<string>("receives", context => context.WaitForExternalEvent<string>("e")));
        string receiver = await runtime.BegunAsync("receives");

        OrchestrationMetadata sender = await runtime.RunAsync("sends", receiver);

        Assert.Equal("EventSent#0 EventSent#1 ExecutionCompleted#2", (await runtime.HistoryAsync(sender.InstanceId)).Actions());
        Assert.Equal("found", (await runtime.EndAsync(receiver)).ReadOutputAs<string>());
        Assert.Null(await runtime.Client.GetInstanceAsync("nobody", runtime.Patience));
    }

    [Fact]
    public async Task S06_11_An_event_for_what_does_not_exist_or_has_ended_is_dropped_without_error()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks.AddOrchestratorFunc("short", _ => { }));
        OrchestrationMetadata end = await runtime.RunAsync("short");

        await runtime.RaiseAsync("nobody", "e", 1);
        await runtime.RaiseAsync(end.InstanceId, "e", 1);

        Assert.Empty(await runtime.HistoryAsync<EventRaisedEvent>(end.InstanceId));
    }

    /// <summary>Runs with all events waiting before the first turn, so that they come in one batch; then with one turn for each, by replay.</summary>
    private static async Task<string?> RunAsync(Func<TaskOrchestrationContext, Task<string>> code, params (string Name, object? Payload)[] events)
    {
        await using Runtime runtime = Runtime.Create(tasks => tasks.AddOrchestratorFunc("waits", code));
        string batch = await runtime.BeginAsync("waits");
        foreach ((string name, object? payload) in events)
            await runtime.RaiseAsync(batch, name, payload);
        await runtime.StartWorkerAsync();
        OrchestrationMetadata first = await runtime.EndAsync(batch);

        string single = await runtime.BegunAsync("waits");
        foreach ((string name, object? payload) in events)
        {
            await runtime.RestartWorkerAsync();
            await runtime.RaiseAsync(single, name, payload);
        }

        OrchestrationMetadata second = await runtime.EndAsync(single);
        Assert.Null(first.FailureDetails);
        Assert.Equal(first.SerializedOutput, second.SerializedOutput);
        return first.ReadOutputAs<string>();
    }
}
