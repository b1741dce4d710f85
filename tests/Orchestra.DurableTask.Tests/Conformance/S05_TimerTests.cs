using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S05_TimerTests
{
    [Fact]
    public async Task S05_01_Times_become_UTC_and_one_in_the_past_fires_at_once()
    {
        DateTime past = Runtime.Beginning.UtcDateTime.AddDays(-1);
        DateTime[] times = [past, DateTime.SpecifyKind(past, DateTimeKind.Local), DateTime.SpecifyKind(past, DateTimeKind.Unspecified)];
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("timers", async context =>
            {
                foreach (DateTime time in times)
                    await context.CreateTimer(time, CancellationToken.None);
            }));

        OrchestrationMetadata end = await runtime.RunAsync("timers");

        List<TimerCreatedEvent> timers = await runtime.HistoryAsync<TimerCreatedEvent>(end.InstanceId);
        Assert.Equal(times.Select(time => time.ToUniversalTime()), timers.Select(timer => timer.FireAt));
        Assert.Equal(3, (await runtime.HistoryAsync<TimerFiredEvent>(end.InstanceId)).Count);
    }

    [Fact]
    public async Task S05_02_A_delay_counts_from_the_orchestrations_time()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<TimeSpan>("delays", async context =>
            {
                DateTime before = context.CurrentUtcDateTime;
                await context.CreateTimer(TimeSpan.FromMinutes(90), CancellationToken.None);
                return context.CurrentUtcDateTime - before;
            }));
        string id = await runtime.BegunAsync("delays");

        Assert.Equal(Runtime.Beginning.UtcDateTime.AddMinutes(90), Assert.Single(await runtime.HistoryAsync<TimerCreatedEvent>(id)).FireAt);
        await runtime.PassTimerAsync(id, 1);

        Assert.Equal(TimeSpan.FromMinutes(90), (await runtime.EndAsync(id)).ReadOutputAs<TimeSpan>());
    }

    [Fact]
    public async Task S05_03_A_long_timer_is_cut_into_numbered_pieces_of_three_days()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("week", context => context.CreateTimer(TimeSpan.FromDays(7), CancellationToken.None)));
        string id = await runtime.BegunAsync("week");

        for (int piece = 1; piece <= 3; piece++)
            await runtime.PassTimerAsync(id, piece);
        await runtime.EndAsync(id);

        Assert.Equal([3.0, 6.0, 7.0], (await runtime.HistoryAsync<TimerCreatedEvent>(id)).Select(timer => (timer.FireAt - Runtime.Beginning.UtcDateTime).TotalDays));
        Assert.Equal("TimerCreated#0 TimerCreated#1 TimerCreated#2 ExecutionCompleted#3", (await runtime.HistoryAsync(id)).Actions());
    }

    [Fact]
    public async Task S05_03_The_length_of_the_pieces_is_an_option()
    {
        await using Runtime runtime = await Runtime.StartAsync(
            tasks => tasks.AddOrchestratorFunc("hour", context => context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None)),
            options => options.MaximumTimerInterval = TimeSpan.FromMinutes(30));
        string id = await runtime.BegunAsync("hour");

        await runtime.PassTimerAsync(id, 1);
        await runtime.PassTimerAsync(id, 2);
        await runtime.EndAsync(id);

        Assert.Equal(2, (await runtime.HistoryAsync<TimerCreatedEvent>(id)).Count);
    }

    [Fact]
    public async Task S05_04_Cancelling_ends_the_wait_and_leaves_only_the_creation_in_the_history()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("cancels", async context =>
            {
                using var source = new CancellationTokenSource();
                Task timer = context.CreateTimer(TimeSpan.FromDays(1), source.Token);
                source.Cancel();
                try
                {
                    await timer;
                    return "fired";
                }
                catch (TaskCanceledException)
                {
                    return "cancelled";
                }
            }));

        OrchestrationMetadata end = await runtime.RunAsync("cancels");

        Assert.Equal("cancelled", end.ReadOutputAs<string>());
        Assert.Equal("TimerCreated#0 ExecutionCompleted#1", (await runtime.HistoryAsync(end.InstanceId)).Actions());
    }

    [Fact]
    public async Task S05_05_A_firing_names_its_timer_and_never_comes_early()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("two", async context =>
            {
                Task late = context.CreateTimer(TimeSpan.FromHours(2), CancellationToken.None);
                await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                await late;
            }));
        string id = await runtime.BegunAsync("two");

        runtime.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        await runtime.RaiseAsync(id, "tick");
        await runtime.UntilAsync<EventRaisedEvent>(id, 1);
        Assert.Empty(await runtime.HistoryAsync<TimerFiredEvent>(id));

        runtime.Clock.Advance(TimeSpan.FromTicks(1));
        TimerFiredEvent first = Assert.Single(await runtime.UntilAsync<TimerFiredEvent>(id, 1));
        Assert.Equal(1, first.TimerId);
        Assert.Equal(Runtime.Beginning.UtcDateTime.AddHours(1), first.FireAt);

        runtime.Clock.Advance(TimeSpan.FromHours(1));
        await runtime.EndAsync(id);
        Assert.Equal([1, 0], (await runtime.HistoryAsync<TimerFiredEvent>(id)).Select(entry => entry.TimerId));
    }

    [Fact]
    public async Task S05_06_Timers_of_a_former_execution_are_dropped()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<bool, string>("again", async (context, first) =>
            {
                using var source = new CancellationTokenSource();
                Task timer = context.CreateTimer(TimeSpan.FromHours(first ? 1 : 3), source.Token);
                Task end = context.WaitForExternalEvent<int>("end");
                Task winner = await Task.WhenAny(timer, end);
                source.Cancel();
                if (first)
                    context.ContinueAsNew(false);
                return winner == end ? "event" : "timer";
            }));
        string id = await runtime.BegunAsync("again", true);
        await runtime.RaiseAsync(id, "end", 0);
        await runtime.UntilAsync(id, found => found.ReadInputAs<bool>() == false);
        await runtime.UntilAsync<TimerCreatedEvent>(id, 1);

        runtime.Clock.Advance(TimeSpan.FromHours(2));
        await runtime.RaiseAsync(id, "end", 0);

        Assert.Equal("event", (await runtime.EndAsync(id)).ReadOutputAs<string>());
    }
}
