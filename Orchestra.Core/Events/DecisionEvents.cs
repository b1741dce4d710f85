using Orchestra.Core.Pipeline;

namespace Orchestra.Core.Events;

/// <summary>The events of a decision; its id makes their keys.</summary>
public static class DecisionEvents
{
    private const int MaxHunks = 100_000;

    /// <summary>Told when it opens; a conflict is told as such first.</summary>
    public static IReadOnlyList<NewEvent> Opened(DecisionRecord decision)
    {
        var events = new List<NewEvent>();
        if (decision.DecisionType == DecisionTypes.MergeConflict)
            events.Add(Event(decision, EventNames.MergeConflict, decision.CreatedAt, new { decision.Context.SessionId, Error = decision.Description }));
        events.Add(Event(decision, EventNames.DecisionRequired, decision.CreatedAt, new
        {
            decision.DecisionId, decision.DecisionType, decision.Description, decision.ProposedAction, Context = Bounded(decision.Context),
        }));
        return events;
    }

    /// <summary>Told when it has its answer or is closed.</summary>
    public static IReadOnlyList<NewEvent> Resolved(DecisionRecord decision) =>
        [Event(decision, EventNames.DecisionResolved, decision.ResolvedAt ?? decision.CreatedAt, new { decision.DecisionId, Action = decision.Status, decision.Comment })];

    // Many large conflicts would not fit an event; the decision itself has their hunks.
    private static DecisionContext Bounded(DecisionContext context) =>
        context.Conflicts is { } conflicts && conflicts.Sum(c => c.Hunks.Length) > MaxHunks
            ? context with { Conflicts = [.. conflicts.Select(c => c with { Hunks = "" })] }
            : context;

    private static NewEvent Event(DecisionRecord decision, string name, DateTime at, object data) =>
        NewEvent.Of($"decision/{decision.DecisionId}/{name}", EventChannels.Gm, EventTypes.GmProgress, name, decision.ProjectId, null, at, data);
}
