namespace Orchestra.Core.Pipeline;

/// <summary>What people allowed when a budget was used up: every approved decision leads from the limit that it was asked for to the next one.</summary>
public static class BudgetGrants
{
    /// <param name="sessionId">Null: about the project's own budget.</param>
    public static IEnumerable<DecisionRecord> About(IEnumerable<DecisionRecord> decisions, string? sessionId) => decisions
        .Where(d => d.DecisionType == DecisionTypes.BudgetExceeded && d.Context.SessionId == sessionId)
        .OrderBy(d => d.CreatedAt);

    /// <summary>The budget that holds now.</summary>
    /// <inheritdoc cref="About"/>
    public static Budget? Held(Budget? planned, IEnumerable<DecisionRecord> decisions, string? sessionId) =>
        About(decisions, sessionId).Aggregate(planned, (held, d) => d.Granted is { } granted && d.Context.Budget?.Limit == held ? granted : held);
}
