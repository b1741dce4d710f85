using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Engine;

public class RecordedHistoryTests
{
    [Fact]
    public async Task Code_that_does_what_it_did_agrees_with_its_history()
    {
        foreach (RecordedHistory history in await RecordAsync())
        {
            await using TestHost host = TestHost.Create(tasks => Tasks(tasks, "do", "child"));
            Assert.Null(RecordedHistory.Replay(host.Services, history.Json));
        }
    }

    [Fact]
    public async Task A_step_added_behind_the_recorded_end_disagrees_with_nothing()
    {
        RecordedHistory history = (await RecordAsync()).Single(recorded => recorded.Orchestrator == "code");
        await using TestHost host = TestHost.Create(tasks => Tasks(tasks, "do", "child", more: true));

        Assert.Null(RecordedHistory.Replay(host.Services, history.Json));
    }

    [Theory]
    [InlineData("do else", "child", "named 'do', but the current orchestration replay instead scheduled an activity task named 'do else'")]
    [InlineData("do", "other child", "orchestration replay instead scheduled a sub-orchestration task with name other child")]
    [InlineData(null, "child", "an activity task with sequence number 0 named 'do', but the current orchestration replay instead produced a CreateSubOrchestrationAction")]
    [InlineData("do", null, "orchestration replay instead produced a CreateTimerOrchestratorAction action")]
    public async Task Changed_code_disagrees(string? activity, string? child, string difference)
    {
        RecordedHistory history = (await RecordAsync()).Single(recorded => recorded.Orchestrator == "code");
        await using TestHost host = TestHost.Create(tasks => Tasks(tasks, activity, child));

        Assert.Contains(difference, RecordedHistory.Replay(host.Services, history.Json), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_ends_otherwise_disagrees()
    {
        RecordedHistory history = (await RecordAsync()).Single(recorded => recorded.Orchestrator == "child");
        await using TestHost host = TestHost.Create(tasks => tasks.AddOrchestratorFunc<string>("child", string (_) => throw new InvalidDataException("changed")));

        Assert.Equal("It ended Completed and now ends Failed: changed", RecordedHistory.Replay(host.Services, history.Json));
        Assert.Throws<InvalidDataException>(() => RecordedHistory.Replay(host.Services, "{}"));
    }

    private static async Task<IReadOnlyList<RecordedHistory>> RecordAsync()
    {
        using var journal = new TempJournal();
        await using (TestHost host = await TestHost.StartAsync(tasks => Tasks(tasks, "do", "child"), journal.Options))
        {
            string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("code", null, new StartOrchestrationOptions("id"));
            await host.Client.RaiseEventAsync(id, "go", "on");
            Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.EndOf(id)).RuntimeStatus);
        }

        return await EmbeddedJournal.ReadHistoriesAsync(journal.Path);
    }

    private static void Tasks(DurableTaskRegistry tasks, string? activity, string? child, bool more = false)
    {
        tasks
            .AddOrchestratorFunc<string>("code", async context =>
            {
                if (activity is not null)
                    await context.CallActivityAsync(activity);
                if (child is not null)
                    await context.CallSubOrchestratorAsync<string>(child);
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                string answer = await context.WaitForExternalEvent<string>("go");
                if (more)
                    await context.CallActivityAsync("more");
                return answer;
            })
            .AddOrchestratorFunc<string>(child ?? "child", _ => "child")
            .AddActivityFunc(activity ?? "do", _ => { });
    }
}
