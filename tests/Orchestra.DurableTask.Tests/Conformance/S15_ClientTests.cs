using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S15_ClientTests
{
    private static void Tasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<string, string>("echo", (_, input) => input)
        .AddOrchestratorFunc("fails", _ => throw new InvalidOperationException("no"))
        .AddOrchestratorFunc<string>("waits", context => context.WaitForExternalEvent<string>("go"));

    [Fact]
    public async Task S15_01_An_unknown_instance_is_null()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);

        Assert.Null(await host.Client.GetInstanceAsync("nobody"));
        Assert.Null(await host.Client.GetInstanceAsync("nobody", getInputsAndOutputs: true));
    }

    [Fact]
    public async Task S15_01_Without_inputs_and_outputs_there_is_no_data_and_reading_throws()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        OrchestrationMetadata full = await host.RunAsync("echo", "hi");
        OrchestrationMetadata bare = (await host.Client.GetInstanceAsync(full.InstanceId))!;
        OrchestrationMetadata failed = (await host.Client.GetInstanceAsync((await host.RunAsync("fails")).InstanceId))!;

        Assert.Equal("\"hi\"", full.SerializedInput);
        Assert.Equal("\"hi\"", full.SerializedOutput);
        Assert.Null(bare.SerializedInput);
        Assert.Null(bare.SerializedOutput);
        Assert.Null(bare.SerializedCustomStatus);
        Assert.Null(failed.FailureDetails);
        Assert.Throws<InvalidOperationException>(bare.ReadInputAs<string>);
        Assert.Throws<InvalidOperationException>(bare.ReadOutputAs<string>);
        Assert.Throws<InvalidOperationException>(bare.ReadCustomStatusAs<string>);
    }

    [Fact]
    public async Task S15_01_The_output_of_a_failed_instance_is_plain_text()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        OrchestrationMetadata failed = await host.RunAsync("fails");

        Assert.Equal("System.InvalidOperationException: no", failed.SerializedOutput);
        Assert.Throws<System.Text.Json.JsonException>(failed.ReadOutputAs<string>);
    }

    [Fact]
    public async Task S15_02_Waiting_for_the_start_returns_whatever_the_status_is_then()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(Tasks, time: time);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("x", time.GetUtcNow() + TimeSpan.FromHours(1)));
        Task<OrchestrationMetadata> start = host.Client.WaitForInstanceStartAsync(id);
        await host.Client.SuspendInstanceAsync(id);
        Assert.False(start.IsCompleted);
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await start).RuntimeStatus);
    }

    [Fact]
    public async Task S15_02_An_unknown_instance_is_waited_for()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        Task<OrchestrationMetadata> start = host.Client.WaitForInstanceStartAsync("later");
        Task<OrchestrationMetadata> end = host.Client.WaitForInstanceCompletionAsync("later", getInputsAndOutputs: true);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "here", new StartOrchestrationOptions("later"));

        Assert.Equal("later", (await start).InstanceId);
        Assert.Equal("here", (await end).ReadOutputAs<string>());
    }

    [Fact]
    public async Task S15_02_Only_its_token_ends_a_wait()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await host.Client.WaitForInstanceStartAsync(id);
        using var stop = new CancellationTokenSource();
        Task<OrchestrationMetadata> end = host.Client.WaitForInstanceCompletionAsync(id, stop.Token);
        await host.Client.SuspendInstanceAsync(id);
        await host.Until(id, found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        Assert.False(end.IsCompleted);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => end);
    }

    [Fact]
    public async Task S15_02b_What_cannot_be_done_says_so_by_the_type_of_its_exception()
    {
        await using TestHost host = await TestHost.StartAsync(Tasks);
        string running = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await host.Client.WaitForInstanceStartAsync(running);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.RestartAsync("nobody"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.RewindInstanceAsync("nobody", "why"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.GetOrchestrationHistoryAsync("nobody"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.RestartAsync(running));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.RewindInstanceAsync(running, "why"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.PurgeInstanceAsync(running));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Client.GetInstanceAsync(running, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task S15_03_Filters_are_combined()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(Tasks, time: time);
        DateTimeOffset first = time.GetUtcNow();
        foreach ((string name, string id) in new[] { ("echo", "a-1"), ("waits", "a-2"), ("fails", "A-3"), ("echo", "b-4") })
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync(name, "x", new StartOrchestrationOptions(id));
            await host.Client.WaitForInstanceStartAsync(id);
            if (name != "waits")
                await host.EndOf(id);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["a-1", "a-2", "A-3", "b-4"], await ListAsync(null));
        Assert.Equal(["a-1", "a-2"], await ListAsync(new OrchestrationQuery { InstanceIdPrefix = "a-" }));
        Assert.Equal(["a-2", "A-3"], await ListAsync(new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Failed] }));
        Assert.Equal(["a-2", "A-3"], await ListAsync(new OrchestrationQuery { CreatedFrom = first.AddMinutes(1), CreatedTo = first.AddMinutes(2) }));
        Assert.Equal(["a-2"], await ListAsync(new OrchestrationQuery { CreatedFrom = first.AddMinutes(1), InstanceIdPrefix = "a-", Statuses = [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Completed] }));

        async Task<List<string>> ListAsync(OrchestrationQuery? query)
        {
            var ids = new List<string>();
            await foreach (OrchestrationMetadata found in host.Client.GetAllInstancesAsync(query))
                ids.Add(found.InstanceId);
            return ids;
        }
    }

    [Fact]
    public async Task S15_03_Pages_have_the_asked_size_and_a_token_to_go_on_with()
    {
        await using TestHost host = TestHost.Create(Tasks);
        for (int i = 0; i < 5; i++)
            await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", new StartOrchestrationOptions($"i{i}"));
        var seen = new List<string>();
        var sizes = new List<int>();
        string? token = null;
        do
        {
            var query = new OrchestrationQuery { PageSize = 2, ContinuationToken = token };
            await foreach (Page<OrchestrationMetadata> page in host.Client.GetAllInstancesAsync(query).AsPages())
            {
                seen.AddRange(page.Values.Select(found => found.InstanceId));
                sizes.Add(page.Values.Count);
                token = page.ContinuationToken;
                break;
            }
        }
        while (token is not null);

        Assert.Equal(["i0", "i1", "i2", "i3", "i4"], seen);
        Assert.Equal([2, 2, 1], sizes);
    }

    [Fact]
    public async Task S15_04_Times_are_utc()
    {
        var time = new FakeTimeProvider();
        await using TestHost host = await TestHost.StartAsync(Tasks, time: time);
        DateTimeOffset created = time.GetUtcNow();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await host.Client.WaitForInstanceStartAsync(id);
        time.Advance(TimeSpan.FromMinutes(1));
        await host.Client.RaiseEventAsync(id, "go", "x");
        OrchestrationMetadata end = await host.EndOf(id);

        Assert.Equal(created, end.CreatedAt);
        Assert.Equal(created.AddMinutes(1), end.LastUpdatedAt);
        Assert.Equal(TimeSpan.Zero, end.CreatedAt.Offset);
        Assert.Equal(TimeSpan.Zero, end.LastUpdatedAt.Offset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S15_05_Restart_repeats_name_input_tags_and_version(bool newId)
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("versions", (context, input) => $"{input} {context.Version}"));
        var options = new StartOrchestrationOptions("first") { Tags = new Dictionary<string, string> { ["k"] = "v" }, Version = "2.1" };
        await host.Client.ScheduleNewOrchestrationInstanceAsync("versions", "in", options);
        await host.EndOf("first");
        string again = await host.Client.RestartAsync("first", newId);

        Assert.Equal(newId, again != "first");
        OrchestrationMetadata end = await host.EndOf(again);
        Assert.Equal("versions", end.Name);
        Assert.Equal("in 2.1", end.ReadOutputAs<string>());
        Assert.Equal("v", end.Tags["k"]);
    }

    [Fact]
    public async Task S15_06_The_history_is_that_of_the_current_execution()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("loop", async (context, round) =>
            {
                await context.CallActivityAsync("nothing");
                if (round < 3)
                    context.ContinueAsNew(round + 1);
            })
            .AddActivityFunc("nothing", _ => { }));
        OrchestrationMetadata end = await host.RunAsync("loop", 1);
        IList<HistoryEvent> history = await host.Client.GetOrchestrationHistoryAsync(end.InstanceId);

        Assert.Equal("3", Assert.Single(history.OfType<ExecutionStartedEvent>()).Input);
        Assert.Single(history.OfType<TaskScheduledEvent>());
        Assert.Single(history.OfType<TaskCompletedEvent>());
        Assert.Single(history.OfType<ExecutionCompletedEvent>());
    }
}
