using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Output;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Activities.State;

/// <summary>What the orchestrations write to the state store. Whole documents, so that a re-run writes the same again.</summary>
public sealed class StateActivities(ProjectStore store, EventLog events, OutputRecorder output, Bookkeeper books, DecisionDesk decisions)
{
    [Function(ActivityNames.SaveProject)]
    public async Task SaveProject([ActivityTrigger] ProjectRecord input, CancellationToken cancellationToken)
    {
        // Who finds the project ended finds nobody at work for it.
        if (Phases.IsFinal(input.Phase))
            await SettleAsync(input, cancellationToken);
        // The document first: who hears of a change finds it there. A crash in between runs this again.
        await store.SaveProjectAsync(input with { News = [] }, cancellationToken);
        await books.BookAsync(input, cancellationToken);
        await events.AppendAsync(input.News, cancellationToken);
    }

    /// <summary>Agents that mend or resolve work no longer once their project has ended, also when nobody was there to see them end.</summary>
    private async Task SettleAsync(ProjectRecord project, CancellationToken cancellationToken)
    {
        foreach (SessionRecord fix in (await store.ListFixAgentsAsync(project.ProjectId, cancellationToken)).Where(f => f.IsRunning))
        {
            SessionRecord ended = fix.EndedBy(
                project.Phase == Phases.Cancelled ? "cancelled" : "failed", "Its project ended without it.", project.CompletedAt ?? project.StartedAt);
            await store.SaveSessionAsync(ended, cancellationToken);
            await output.EndAsync(ended, cancellationToken);
        }
    }

    [Function(ActivityNames.SavePlan)]
    public Task SavePlan([ActivityTrigger] ProjectMergePlan input, CancellationToken cancellationToken) => store.SavePlanAsync(input, cancellationToken);

    [Function(ActivityNames.SaveSession)]
    public async Task SaveSession([ActivityTrigger] SessionRecord input, CancellationToken cancellationToken)
    {
        await store.SaveSessionAsync(input with { News = [] }, cancellationToken);
        // Its output is told between its start and its end.
        if (input.CompletedAt is null)
            await output.StartAsync(input, cancellationToken);
        else
            await output.EndAsync(input, cancellationToken);
        await books.BookAsync(input, cancellationToken);
        await events.AppendAsync(input.News, cancellationToken);
    }

    [Function(ActivityNames.OpenDecision)]
    public Task OpenDecision([ActivityTrigger] DecisionRecord input, CancellationToken cancellationToken) => decisions.OpenAsync(input, cancellationToken);

    /// <summary>The project ended: what is still pending can no longer be answered.</summary>
    [Function(ActivityNames.CloseDecisions)]
    public async Task CloseDecisions([ActivityTrigger] string projectId, CancellationToken cancellationToken)
    {
        foreach (DecisionRecord decision in await store.ListDecisionsAsync(projectId, cancellationToken))
            await decisions.CloseAsync(decision, cancellationToken);
    }
}
