using Microsoft.DurableTask;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>Runs an agent as soon as it may. While it may not, the orchestration waits for a call or a timer, which costs nothing and outlives the host.</summary>
internal sealed class AgentTurn(TaskOrchestrationContext context)
{
    // One wait over all pauses: an event is given to the oldest wait, and a forgotten one would swallow it.
    private Task? go;

    /// <summary>An agent is never run again behind the person's back.</summary>
    /// <param name="tell">Says why the agent waits; called when the reason has changed.</param>
    public async Task<RunResult> RunAsync(AgentRun run, Func<AgentWait, Task> tell)
    {
        string? told = null;
        DateTime? interrupted = null;
        while (true)
        {
            RunResult result = await context.CallActivityAsync<RunResult>(ActivityNames.RunAgent, run with { Waiter = context.InstanceId });
            foreach (string instance in result.Calls ?? []) context.SendEvent(instance, AgentEvents.Go, "");
            if (result.Wait is not { } wait) return result;
            // Interrupted, not only held back: what it had of its time is gone.
            if (result.Status is RunStatus.Quota or RunStatus.BudgetExceeded && result.CompletedAt != interrupted)
            {
                interrupted = result.CompletedAt;
                run = run with
                {
                    Pauses = run.Pauses + (result.Status == RunStatus.Quota ? 1 : 0),
                    TimeoutSeconds = Math.Max(1, run.TimeoutSeconds - (int)(result.CompletedAt - result.StartedAt).TotalSeconds),
                };
            }
            if (wait.Reason != told) await tell(wait);
            told = wait.Reason;
            await PauseAsync(wait.Until);
        }
    }

    private async Task PauseAsync(DateTime until)
    {
        if (go is null or { IsCompleted: true }) go = context.WaitForExternalEvent<string>(AgentEvents.Go);
        using var called = new CancellationTokenSource();
        Task timer = context.CreateTimer(until, called.Token);
        await Task.WhenAny(go, timer);
        if (!timer.IsCompleted) called.Cancel();
    }
}
