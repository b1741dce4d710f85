using Microsoft.Azure.Functions.Worker;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Activities.State;

/// <summary>What the orchestrations write to the state store. Whole documents, so that a re-run writes the same again.</summary>
public sealed class StateActivities(ProjectStore store, TimeProvider time)
{
    [Function(ActivityNames.SaveProject)]
    public async Task SaveProject([ActivityTrigger] ProjectRecord input, CancellationToken cancellationToken) =>
        await store.SaveProjectAsync(input, cancellationToken);

    [Function(ActivityNames.SaveSession)]
    public async Task SaveSession([ActivityTrigger] SessionRecord input, CancellationToken cancellationToken) =>
        await store.SaveSessionAsync(input, cancellationToken);

    [Function(ActivityNames.OpenDecision)]
    public async Task OpenDecision([ActivityTrigger] DecisionRecord input, CancellationToken cancellationToken) =>
        await store.OpenDecisionAsync(input, cancellationToken);

    /// <summary>The project ended: what is still pending can no longer be answered.</summary>
    [Function(ActivityNames.CloseDecisions)]
    public async Task CloseDecisions([ActivityTrigger] string projectId, CancellationToken cancellationToken)
    {
        foreach (DecisionRecord decision in await store.ListDecisionsAsync(projectId, cancellationToken))
        {
            if (decision.Status == "pending")
                await store.ResolveDecisionAsync(decision.DecisionId, "closed", null, time.GetUtcNow().UtcDateTime, cancellationToken);
        }
    }
}
