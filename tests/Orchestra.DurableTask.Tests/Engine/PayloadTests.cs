using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Tests.Engine;

/// <summary>Long texts lie in a table of their own: none is lost, loaded without need or left behind.</summary>
public class PayloadTests
{
    private const int WorkDelayed = 13;

    private static readonly string Big = new('x', 100_000);

    [Fact]
    public async Task Long_texts_of_every_kind_come_through_and_leave_the_rows_small()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(Tasks, journal.Options);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("all", Big);
        await host.Client.RaiseEventAsync(id, "go", Big);

        OrchestrationMetadata end = await host.EndOf(id);

        Assert.Equal([Big + "i", Big + "a", Big + "c", Big + "e"], end.ReadOutputAs<string[]>()!);
        Assert.Equal(Big, end.ReadInputAs<string>());
        Assert.Equal(Big + "s", end.ReadCustomStatusAs<string>());
        IList<HistoryEvent> history = await host.Client.GetOrchestrationHistoryAsync(id);
        Assert.Equal($"\"{Big}\"", history.OfType<ExecutionStartedEvent>().Single().Input);
        Assert.Equal($"[\"{Big}\"]", history.OfType<TaskScheduledEvent>().Single().Input);
        Assert.Equal($"\"{Big}a\"", history.OfType<TaskCompletedEvent>().Single().Result);
        Assert.InRange(await LongestRowAsync(host), 0, PayloadStore.MaxInline);
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task Input_and_scheduled_input_are_kept_once_though_several_rows_refer_to_them()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, int>("once", async (context, input) => await context.CallActivityAsync<int>("length", input + "2"))
            .AddActivityFunc<string, int>("length", (_, text) => text.Length));

        await host.RunAsync("once", Big);

        Assert.Equal(2, await CountAsync(host));
    }

    [Fact]
    public async Task Cold_instances_go_on_with_their_long_texts_in_another_process()
    {
        using var journal = new TempJournal();
        string id;
        await using (TestHost before = await TestHost.StartAsync(Tasks, journal.Options))
        {
            id = await before.Client.ScheduleNewOrchestrationInstanceAsync("all", Big);
            await before.UntilHistory(id, history => history.OfType<SubOrchestrationInstanceCompletedEvent>().Any());
        }

        // With nobody at work, the event and the new instance lie in the inbox.
        string late;
        await using (TestHost client = TestHost.Create(Tasks, journal.Options))
        {
            await client.Client.RaiseEventAsync(id, "go", Big);
            late = await client.Client.ScheduleNewOrchestrationInstanceAsync("child", Big);
        }

        await using TestHost after = await TestHost.StartAsync(Tasks, journal.Options);
        Assert.Equal([Big + "i", Big + "a", Big + "c", Big + "e"], (await after.EndOf(id)).ReadOutputAs<string[]>()!);
        Assert.Equal(Big + "c", (await after.EndOf(late)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_long_input_reaches_an_activity_that_another_process_takes_over()
    {
        using var journal = new TempJournal();
        var never = new TaskCompletionSource<string>();
        string id;
        await using (TestHost doomed = await TestHost.StartAsync(Calling(_ => never.Task), options =>
        {
            journal.Options(options);
            options.DrainTimeout = TimeSpan.Zero;
        }))
        {
            id = await doomed.Client.ScheduleNewOrchestrationInstanceAsync("call");
            await doomed.UntilHistory(id, history => history.OfType<TaskScheduledEvent>().Any());
            await doomed.CrashAsync();
        }

        await using TestHost heir = await TestHost.StartAsync(Calling(Task.FromResult), options =>
        {
            journal.Options(options);
            options.LeaseDuration = TimeSpan.FromMilliseconds(50);
        }, time: new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(1)));
        Assert.Equal(Big, (await heir.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_whose_input_cannot_be_read_for_a_while_runs_when_it_can()
    {
        using var journal = new TempJournal();
        using var logs = new LogWaiter(WorkDelayed);
        var never = new TaskCompletionSource<string>();
        string id;
        await using (TestHost before = await TestHost.StartAsync(Calling(_ => never.Task), options =>
        {
            journal.Options(options);
            options.DrainTimeout = TimeSpan.Zero;
            options.LeaseDuration = TimeSpan.FromMilliseconds(1);
        }))
        {
            id = await before.Client.ScheduleNewOrchestrationInstanceAsync("call");
            await before.UntilHistory(id, history => history.OfType<TaskScheduledEvent>().Any());
            await before.CrashAsync();
        }

        await using TestHost heir = TestHost.Create(Calling(Task.FromResult), journal.Options, logs: logs);
        await heir.Engine.Writer.Probe(session => session.Execute("ALTER TABLE payloads RENAME TO away"));
        await heir.StartWorkerAsync();
        Assert.Contains("payloads", (await logs.Seen)!.Message, StringComparison.Ordinal);
        await heir.Engine.Writer.Probe(session => session.Execute("ALTER TABLE away RENAME TO payloads"));

        Assert.Equal(Big, (await heir.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Replay_loads_results_and_leaves_what_was_handed_out()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(Tasks, journal.Options);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("all", Big);
        await host.UntilHistory(id, history => history.OfType<SubOrchestrationInstanceCompletedEvent>().Any());

        List<JournalEvent> events = await host.Engine.ReadAsync(session => HistoryStore.ReadForReplay(session, id));

        JournalEvent scheduled = events.Single(entry => entry.Type == EventType.TaskScheduled);
        Assert.NotNull(scheduled.Payload);
        Assert.Null(scheduled.Data);
        Assert.Equal($"\"{Big}a\"", events.Single(entry => entry.Type == EventType.TaskCompleted).Data);
    }

    [Fact]
    public async Task Every_turn_may_be_a_replay()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(Tasks, options =>
        {
            journal.Options(options);
            options.ForceReplay = true;
        });
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("all", Big);
        await host.Client.RaiseEventAsync(id, "go", Big);

        Assert.Equal([Big + "i", Big + "a", Big + "c", Big + "e"], (await host.EndOf(id)).ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Continuing_as_new_and_changing_the_status_leave_nothing_behind()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<int, string?>("again", async (context, round) =>
            {
                context.SetCustomStatus(Big + round);
                string got = await context.WaitForExternalEvent<string>("go");
                if (round == 5)
                    return got;
                context.ContinueAsNew(round + 1);
                return null;
            }),
            journal.Options);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("again", 0);
        for (int i = 0; i <= 5; i++)
        {
            await host.Until(id, found => found.SerializedCustomStatus == $"\"{Big}{i}\"");
            await host.Client.RaiseEventAsync(id, "go", Big + i);
        }

        Assert.Equal(Big + "5", (await host.EndOf(id)).ReadOutputAs<string>());

        // The status, the last event and the output.
        Assert.Equal(3, await CountAsync(host));
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task Long_events_are_carried_into_the_next_execution()
    {
        using var journal = new TempJournal();
        await using TestHost host = TestHost.Create(
            tasks => tasks.AddOrchestratorFunc<bool, string?>("carry", async (context, second) =>
            {
                if (second)
                    return await context.WaitForExternalEvent<string>("kept") + await context.WaitForExternalEvent<string>("late");
                await context.WaitForExternalEvent<string>("go");
                context.ContinueAsNew(true);
                return null;
            }),
            journal.Options);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("carry", false);
        foreach (string name in (string[])["kept", "go", "late"])
            await host.Client.RaiseEventAsync(id, name, Big + name);

        await host.StartWorkerAsync();

        Assert.Equal(Big + "kept" + Big + "late", (await host.EndOf(id)).ReadOutputAs<string>());
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task Purge_and_replacement_take_the_payloads_along()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(Tasks, journal.Options);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("child", Big, new StartOrchestrationOptions("same"));
        await host.EndOf("same");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("child", Big, new StartOrchestrationOptions("same"));
        await host.EndOf("same");
        Assert.Equal(2, await CountAsync(host));

        await host.Client.PurgeInstanceAsync("same");

        Assert.Equal(0, await CountAsync(host));
    }

    [Fact]
    public async Task A_rewound_instance_keeps_the_payloads_of_what_it_keeps()
    {
        using var journal = new TempJournal();
        bool broken = true;
        await using TestHost host = await TestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<string, string>("rewound", async (context, input) =>
                    await context.CallActivityAsync<string>("good", input) + await context.CallActivityAsync<string>("bad", input))
                .AddActivityFunc<string, string>("good", (_, input) => input + "g")
                .AddActivityFunc<string, string>("bad", (_, input) => Volatile.Read(ref broken) ? throw new IOException(input) : input + "b"),
            journal.Options);
        string id = (await host.RunAsync("rewound", Big)).InstanceId;
        Volatile.Write(ref broken, false);

        await host.Client.RewindInstanceAsync(id, "again");

        Assert.Equal(Big + "g" + Big + "b", (await host.EndOf(id)).ReadOutputAs<string>());
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Fact]
    public async Task Backup_has_the_payloads_and_verify_misses_one_that_is_lost()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(Tasks, journal.Options);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("child", Big, new StartOrchestrationOptions("kept"));
        await host.EndOf("kept");
        string copy = Path.Combine(journal.Folder, "copy.db");
        await EmbeddedJournal.BackupAsync(journal.Path, copy);
        await using (TestHost restored = TestHost.Create(Tasks, options => options.Path = copy))
        {
            Assert.Equal(Big + "c", (await restored.Client.GetInstanceAsync("kept", getInputsAndOutputs: true))!.ReadOutputAs<string>());
            await restored.Engine.Writer.Probe(session => session.Execute("DELETE FROM payloads WHERE id = (SELECT output_payload FROM instances)"));
        }

        Assert.Contains("kept: a payload is lost", await EmbeddedJournal.VerifyAsync(copy));
    }

    private static Action<DurableTaskRegistry> Calling(Func<string, Task<string>> echo) => tasks => tasks
        .AddOrchestratorFunc<string>("call", context => context.CallActivityAsync<string>("echo", Big))
        .AddActivityFunc<string, string>("echo", (_, text) => echo(text));

    private static void Tasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<string, string[]>("all", async (context, input) =>
        {
            context.SetCustomStatus(input + "s");
            return [
                input + "i",
                await context.CallActivityAsync<string>("echo", input),
                await context.CallSubOrchestratorAsync<string>("child", input),
                await context.WaitForExternalEvent<string>("go") + "e"];
        })
        .AddOrchestratorFunc<string, string>("child", (_, input) => Task.FromResult(input + "c"))
        .AddActivityFunc<string, string>("echo", (_, input) => input + "a");

    private static Task<long> CountAsync(TestHost host) => host.Engine.ReadAsync(session => (long)session.Scalar("SELECT count(*) FROM payloads")!);

    private static Task<long> LongestRowAsync(TestHost host) => host.Engine.ReadAsync(session => (long)session.Scalar(
        "SELECT max((SELECT max(length(body)) FROM history), (SELECT max(coalesce(length(input), 0) + coalesce(length(output), 0) + coalesce(length(custom_status), 0)) FROM instances))")!);
}
