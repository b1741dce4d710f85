using Orchestra.Core.Configuration;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Activities.State;

/// <summary>Lays decisions before people, and takes those back that nobody waits for any more.</summary>
public sealed class DecisionDesk(ProjectStore store, EventLog events, PipelineConfig config, TimeProvider time)
{
    /// <summary>Once: one that is open or answered already stands.</summary>
    public async Task OpenAsync(DecisionRecord decision, CancellationToken cancellationToken)
    {
        if (config.DecisionTimeoutSeconds > 0)
        {
            string silence = await DefaultAsync(decision, cancellationToken);
            decision = decision with { ExpiresAt = decision.CreatedAt.AddSeconds(config.DecisionTimeoutSeconds), DefaultAction = silence };
        }

        await store.OpenDecisionAsync(decision, cancellationToken);
        await events.AppendAsync(DecisionEvents.Opened(decision), cancellationToken);
    }

    /// <summary>What nobody's answer means. It approves the same question once, and never more spending: agents that fail would else go on for ever.</summary>
    private async Task<string> DefaultAsync(DecisionRecord decision, CancellationToken cancellationToken)
    {
        if (config.DecisionDefault != DecisionAnswers.Approve || decision.DecisionType == DecisionTypes.BudgetExceeded)
            return DecisionAnswers.Reject;
        IReadOnlyList<DecisionRecord> former = await store.ListDecisionsAsync(decision.ProjectId, cancellationToken);
        return former.Any(d => d.DecisionType == decision.DecisionType && d.Context.SessionId == decision.Context.SessionId && d.DecisionId != decision.DecisionId && d.Status == "approved")
            ? DecisionAnswers.Reject
            : DecisionAnswers.Approve;
    }

    public async Task CloseAsync(DecisionRecord decision, CancellationToken cancellationToken)
    {
        DecisionRecord? closed = decision.Status == "pending"
            ? await store.ResolveDecisionAsync(decision.DecisionId, "closed", null, time.GetUtcNow().UtcDateTime, cancellationToken)
            : decision;
        // Also what was answered or closed before: the event may have been left out by a crash, and is taken once.
        if (closed is not null)
            await events.AppendAsync(DecisionEvents.Resolved(closed), cancellationToken);
    }
}
