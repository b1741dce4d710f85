using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S03_GuidTests
{
    private static readonly Guid[] Expected =
    [
        new("41adc900-a688-5b6a-8519-4671b9911fb0"),
        new("dc06fe60-1d65-580e-8a60-87a7bcf61943"),
        new("536d7981-1f8d-591c-8681-556f1621a3ee"),
    ];

    [Fact]
    public async Task S03_01_and_02_Guids_are_those_of_the_reference()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<Guid[]>("guids", context => [context.NewGuid(), context.NewGuid(), context.NewGuid()]));

        Assert.Equal(Expected, (await runtime.RunAsync("guids", id: "abc123")).ReadOutputAs<Guid[]>());
    }

    [Fact]
    public async Task S03_03_A_childs_default_id_counts_as_one_of_them()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<Guid[]>("guids", async context =>
            {
                Guid first = context.NewGuid();
                Task<string> child = context.CallSubOrchestratorAsync<string>("child");
                Guid last = context.NewGuid();
                return [first, new Guid(await child), last];
            })
            .AddOrchestratorFunc<string>("child", context => context.InstanceId));

        OrchestrationMetadata end = await runtime.RunAsync("guids", id: "abc123");

        Assert.Equal(Expected, end.ReadOutputAs<Guid[]>());
        Assert.Equal(Expected[1].ToString("N"), Assert.Single(await runtime.HistoryAsync<SubOrchestrationInstanceCreatedEvent>("abc123")).InstanceId);
    }

    [Fact]
    public async Task S03_04_They_are_the_same_after_replay_for_the_stored_time_is_exact()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<Guid>("guids", async context =>
            {
                Guid first = context.NewGuid();
                await context.WaitForExternalEvent<int>("go");
                return first;
            }));
        string id = await runtime.BegunAsync("guids", id: "abc123");

        await runtime.RestartWorkerAsync();
        await runtime.RaiseAsync(id, "go", 0);

        Assert.Equal(Expected[0], (await runtime.EndAsync(id)).ReadOutputAs<Guid>());
        DateTime start = (await runtime.HistoryAsync<OrchestratorStartedEvent>(id))[0].Timestamp;
        Assert.Equal(Runtime.Beginning.UtcDateTime, start);
        Assert.Equal(DateTimeKind.Utc, start.Kind);
    }
}
