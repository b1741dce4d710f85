using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S02_DeterminismTests
{
    private const string Before = "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled ";

    private const string After = "Was a change made to the orchestrator code after this instance had already started running?";

    private static readonly Dictionary<string, Action<TaskOrchestrationContext>> Codes = new()
    {
        ["nothing"] = _ => { },
        ["A"] = context => context.CallActivityAsync("A", 1),
        ["a"] = context => context.CallActivityAsync("a", 2, new TaskOptions { Version = "2" }),
        ["B"] = context => context.CallActivityAsync("B"),
        ["A+B"] = context =>
        {
            context.CallActivityAsync("A", 1);
            context.CallActivityAsync("B");
        },
        ["timer"] = context => context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None),
        ["later"] = context => context.CreateTimer(TimeSpan.FromDays(2), CancellationToken.None),
        ["child"] = context => context.CallSubOrchestratorAsync("child", null, new SubOrchestrationOptions(instanceId: "c")),
        ["child d"] = context => context.CallSubOrchestratorAsync("CHILD", 5, new SubOrchestrationOptions(instanceId: "d")),
        ["other child"] = context => context.CallSubOrchestratorAsync("other", null, new SubOrchestrationOptions(instanceId: "c")),
        ["event"] = context => context.SendEvent("i", "e", 1),
        ["other event"] = context => context.SendEvent("i", "f", 1),
    };

    [Theory]
    [InlineData("A", "nothing", "an activity task with sequence ID 0 and name 'A' (version ''), but the current replay execution hasn't (yet?) scheduled this task. ")]
    [InlineData("A", "timer", "an activity task with sequence number 0 named 'A', but the current orchestration replay instead produced a CreateTimerOrchestratorAction action with this sequence number. ")]
    [InlineData("A", "B", "an activity task with sequence number 0 named 'A', but the current orchestration replay instead scheduled an activity task named 'B' with this sequence number.  ")]
    [InlineData("timer", "nothing", "a timer task with sequence number 0 but the current replay execution hasn't (yet?) scheduled this task. ")]
    [InlineData("timer", "A", "a timer task with sequence number 0 named but the current orchestration replay instead produced a ScheduleTaskOrchestratorAction action with this sequence number. ")]
    [InlineData("child", "nothing", "a sub-orchestration task with sequence ID 0 and name 'child' (version '', instance ID 'c'), but the current replay execution hasn't (yet?) scheduled this task. ")]
    [InlineData("child", "event", "a sub-orchestration task with sequence ID 0 and name 'child' (version '', instance ID 'c'), but the current orchestration replay instead produced a SendEventOrchestratorAction action at this sequence number. ")]
    [InlineData("child", "other child", "a sub-orchestration task with sequence ID 0 and name 'child' (version '', instance ID 'c'), but the current orchestration replay instead scheduled a sub-orchestration task with name other at this sequence number. ")]
    [InlineData("event", "nothing", "a send event task with sequence ID 0, type 'EventSent' name 'e', instance ID 'i', but the current replay execution hasn't (yet?) scheduled this task. ")]
    [InlineData("event", "child", "a send event task with sequence ID 0, type 'EventSent' name 'e', instance ID 'i', but the current orchestration replay instead produced a CreateSubOrchestrationAction action at this sequence number. ")]
    [InlineData("event", "other event", "a send event task with sequence ID 0, type 'EventSent' name 'e', instance ID 'i', but the current orchestration replay instead scheduled a send event task with name 'f' at this sequence number. ")]
    public async Task S02_01_and_03_Code_that_does_something_else_on_replay_fails_with_the_genuine_words(string before, string after, string detail)
    {
        (OrchestrationMetadata end, _) = await ChangeAsync(before, after);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", end.FailureDetails!.ErrorType);
        Assert.Equal(Before + detail + After, end.FailureDetails.ErrorMessage);
    }

    [Theory]
    [InlineData("A", "a")]
    [InlineData("A", "A+B")]
    [InlineData("timer", "later")]
    [InlineData("child", "child d")]
    public async Task S02_02_Inputs_versions_times_child_ids_and_additions_at_the_end_are_not_checked(string before, string after)
    {
        (OrchestrationMetadata end, _) = await ChangeAsync(before, after);

        Assert.Equal("done", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task S02_04_The_orchestrator_cannot_catch_it()
    {
        bool changed = false;
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("careful", async context =>
            {
                try
                {
                    await context.CallActivityAsync(changed ? "B" : "A");
                    await context.WaitForExternalEvent<int>("go");
                    return "done";
                }
                catch (Exception)
                {
                    return "caught";
                }
            })
            .AddActivityFunc("A", _ => { })
            .AddActivityFunc("B", _ => { }));
        string id = await runtime.BeginAsync("careful");
        await runtime.UntilAsync<TaskCompletedEvent>(id, 1);

        changed = true;
        await runtime.RestartWorkerAsync();
        await runtime.RaiseAsync(id, "go", 0);

        Assert.EndsWith("NonDeterministicOrchestrationException", (await runtime.EndAsync(id)).FailureDetails!.ErrorType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S02_05_Nothing_that_the_failing_turn_began_is_done()
    {
        (_, List<string> calls) = await ChangeAsync("timer", "B");

        Assert.Empty(calls);
    }

    /// <summary>An instance begun by one code goes on with another.</summary>
    private static async Task<(OrchestrationMetadata End, List<string> Calls)> ChangeAsync(string before, string after)
    {
        string code = before;
        var calls = new List<string>();
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("changing", async context =>
            {
                Codes[code](context);
                await context.WaitForExternalEvent<int>("go");
                return "done";
            })
            .AddOrchestratorFunc("child", _ => { })
            .AddOrchestratorFunc("other", _ => { })
            .AddActivityFunc("A", _ => { })
            .AddActivityFunc("B", _ => calls.Add("B")));
        string id = await runtime.BegunAsync("changing");

        code = after;
        await runtime.RestartWorkerAsync();
        runtime.Clock.Advance(TimeSpan.FromDays(3));
        await runtime.RaiseAsync(id, "go", 0);
        return (await runtime.EndAsync(id), calls);
    }
}
