using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.Http;

/// <summary>Stores the answer of a decision, once, and takes it to whoever waits for it.</summary>
public sealed class DecisionAnswering(ProjectStore store, EventLog events, TimeProvider time, ILogger<DecisionAnswering> logger)
{
    /// <param name="action">One of its answers.</param>
    /// <param name="budget">The limits that the person names, of a decision about a budget.</param>
    /// <returns>Null when it has an answer already.</returns>
    public async Task<DecisionRecord?> AnswerAsync(DurableTaskClient client, DecisionRecord decision, string action, string? comment, Budget? budget)
    {
        string status = action switch
        {
            DecisionAnswers.Reject => "rejected",
            DecisionAnswers.Manual => "manual",
            DecisionAnswers.Skip => "skipped",
            _ => "approved",
        };
        var answer = new DecisionAnswer(decision.DecisionId, action, comment, Granted(decision, action, budget));
        DecisionRecord? resolved = await store.ResolveDecisionAsync(decision.DecisionId, status, answer, time.GetUtcNow().UtcDateTime, CancellationToken.None);
        if (resolved is not null)
            await DeliverAsync(client, decision.ProjectId, answer);
        return resolved;
    }

    public async Task DeliverAsync(DurableTaskClient client, string projectId, DecisionAnswer answer)
    {
        try
        {
            DecisionRecord? resolved = await store.FindDecisionAsync(answer.DecisionId, CancellationToken.None);
            if (resolved is not null)
                await events.AppendAsync(DecisionEvents.Resolved(resolved), CancellationToken.None);
            string instance = (await store.FindProjectAsync(projectId, CancellationToken.None))?.InstanceId ?? projectId;
            // Whose budget was used up looks for the answer itself.
            if (resolved?.DecisionType == DecisionTypes.BudgetExceeded)
                await AgentCalls.CallAllAsync(store, client, projectId, instance, CancellationToken.None);
            else
                await client.RaiseEventAsync(instance, ProjectEvents.Decision(answer.DecisionId), answer);
            await store.MarkDeliveredAsync(projectId, answer.DecisionId, CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The answer stays in the outbox; the timer tries again within a minute.
            Log.DeliveryFailed(logger, answer.DecisionId, e);
        }
    }

    /// <summary>The budget from now on, of a decision about one.</summary>
    private static Budget? Granted(DecisionRecord decision, string action, Budget? named)
    {
        string field = named?.MaxCostUsd is null ? "max_turns" : "max_cost_usd";
        if (decision.Context.Budget is not { } overrun || action != DecisionAnswers.Approve)
            return named is null ? null : throw new InputProblem(field, "Only for approving a decision about a budget.");
        var granted = new Budget(named?.MaxCostUsd ?? overrun.Proposed.MaxCostUsd, named?.MaxTurns ?? overrun.Proposed.MaxTurns);
        return granted.ExceededBy(new SpentRun("", overrun.SpentUsd, overrun.SpentTurns), decision.Context.SessionId is null ? "project" : "agent", begins: true) is { } tooLittle
            ? throw new InputProblem(field, $"{tooLittle} Allow more than that in all.")
            : granted;
    }
}
