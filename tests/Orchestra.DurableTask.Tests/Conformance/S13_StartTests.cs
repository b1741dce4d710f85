using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S13_StartTests
{
    private static readonly StartOrchestrationOptions Same = new("same");

    private static void Tasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<string, string>("echo", (_, input) => input)
        .AddOrchestratorFunc("fails", _ => throw new InvalidOperationException("no"))
        .AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("go"));

    [Fact]
    public async Task S13_01_The_id_is_a_guid_without_dashes_and_the_instance_pending_until_its_first_turn()
    {
        await using TestHost host = TestHost.Create(Tasks);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "hi");

        Assert.True(Guid.TryParseExact(id, "N", out _));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.StartWorkerAsync();
        Assert.Equal("hi", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S13_02_The_listed_statuses_block_and_any_other_is_replaced()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        StartOrchestrationOptions completed = Same.WithDedupeStatuses(OrchestrationRuntimeStatus.Completed);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", null, completed);
        await host.Client.WaitForInstanceStartAsync("same");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "second", completed);

        Assert.Equal("second", (await host.EndOf("same")).ReadOutputAs<string>());
        IList<HistoryEvent> history = await host.Client.GetOrchestrationHistoryAsync("same");
        Assert.Equal("echo", Assert.Single(history.OfType<ExecutionStartedEvent>()).Name);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "third", completed));
    }

    [Theory]
    [InlineData("waits", OrchestrationRuntimeStatus.Running)]
    [InlineData("waits", OrchestrationRuntimeStatus.Suspended)]
    public async Task S13_03_Without_a_list_what_is_not_finished_blocks(string name, OrchestrationRuntimeStatus status)
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        await host.Client.ScheduleNewOrchestrationInstanceAsync(name, Same);
        if (status == OrchestrationRuntimeStatus.Suspended)
            await host.Client.SuspendInstanceAsync("same");
        await host.Until("same", found => found.RuntimeStatus == status);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", Same));
    }

    [Fact]
    public async Task S13_03_Without_a_list_what_is_pending_blocks()
    {
        await using TestHost host = TestHost.Create(Tasks);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", Same);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", Same));
    }

    [Theory]
    [InlineData("echo", OrchestrationRuntimeStatus.Completed)]
    [InlineData("fails", OrchestrationRuntimeStatus.Failed)]
    [InlineData("waits", OrchestrationRuntimeStatus.Terminated)]
    public async Task S13_03_Without_a_list_what_is_finished_is_replaced(string name, OrchestrationRuntimeStatus status)
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        await host.Client.ScheduleNewOrchestrationInstanceAsync(name, "first", Same);
        if (status == OrchestrationRuntimeStatus.Terminated)
            await host.Client.TerminateInstanceAsync("same");
        Assert.Equal(status, (await host.EndOf("same")).RuntimeStatus);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "second", Same);

        Assert.Equal("second", (await host.EndOf("same")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S13_04_A_blocked_start_says_that_the_instance_exists_and_leaves_it_alone()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", Same);
        await host.Client.WaitForInstanceStartAsync("same");

        OrchestrationAlreadyExistsException refused = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", Same));
        Assert.Contains("same", refused.Message, StringComparison.Ordinal);
        await host.Client.RaiseEventAsync("same", "go", "on");
        Assert.Equal("on", (await host.EndOf("same")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S13_05_A_list_that_contradicts_itself_or_names_no_status_is_refused()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", Same.WithDedupeStatuses(OrchestrationRuntimeStatus.Terminated)));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", Same with { DedupeStatuses = ["Asleep"] }));
        Assert.Null(await host.Client.GetInstanceAsync("same"));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a\nb")]
    [InlineData("@counter@1")]
    public async Task S13_06_An_id_that_an_address_cannot_carry_is_refused(string id)
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", new StartOrchestrationOptions(id)));
    }

    [Fact]
    public async Task S13_06_An_id_has_at_most_256_characters()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        string longest = new('x', 256);

        await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", new StartOrchestrationOptions(longest));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", new StartOrchestrationOptions(longest + "x")));
    }

    [Fact]
    public async Task S13_07_A_start_time_is_waited_for_and_recorded()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc<DateTime>("now", context => context.CurrentUtcDateTime), time: time);
        DateTimeOffset at = time.GetUtcNow() + TimeSpan.FromHours(1);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("now", new StartOrchestrationOptions { StartAt = at.ToOffset(TimeSpan.FromHours(2)) });
        time.Advance(TimeSpan.FromMinutes(59));
        await host.RunAsync("now");
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(at.UtcDateTime, (await host.EndOf(id)).ReadOutputAs<DateTime>());
        ExecutionStartedEvent started = Assert.Single((await host.Client.GetOrchestrationHistoryAsync(id)).OfType<ExecutionStartedEvent>());
        Assert.Equal(at.UtcDateTime, started.ScheduledStartTime);
    }

    [Fact]
    public async Task S13_08_Tags_are_readable()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        var options = new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["team"] = "blue" } };
        string tagged = await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", options);
        string plain = await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x");

        Assert.Equal(new KeyValuePair<string, string>("team", "blue"), Assert.Single((await host.EndOf(tagged)).Tags));
        Assert.Empty((await host.EndOf(plain)).Tags);
    }

    [Fact]
    public async Task S13_09_Of_racing_starts_exactly_one_wins()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        Task<bool>[] racers = [.. Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            try
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", i, Same);
                return true;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return false;
            }
        }))];

        Assert.Single(await Task.WhenAll(racers), won => won);
    }
}
