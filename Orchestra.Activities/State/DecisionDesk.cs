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
            decision = decision with { ExpiresAt = decision.CreatedAt.AddSeconds(config.DecisionTimeoutSeconds), DefaultAction = config.DecisionDefault };
        await store.OpenDecisionAsync(decision, cancellationToken);
        await events.AppendAsync(DecisionEvents.Opened(decision), cancellationToken);
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
