using Orchestra.Core.Bookkeeping;

namespace Orchestra.Functions.Http;

/// <summary>Tallies as the wire shows them.</summary>
internal static class StatsViews
{
    public static object Stats(Tally total) => new
    {
        TotalExecutions = total.Executions,
        TotalAgentsRun = total.Runs,
        SuccessRate = Rate(total),
        TotalCost = total.CostUsd,
        total.LastExecution,
        total.Successes,
        total.Failures,
        total.InputTokens,
        total.OutputTokens,
    };

    public static object Costs(Tallies tallies) => new
    {
        TotalCost = tallies.Total.CostUsd,
        tallies.Total.InputTokens,
        tallies.Total.OutputTokens,
        tallies.Total.EstimatedRuns,
        ByMode = tallies.Modes.Select(m => new { Mode = m.Name, Cost = m.Tally.CostUsd, m.Tally.Runs, m.Tally.InputTokens, m.Tally.OutputTokens, m.Tally.EstimatedRuns }),
        ByAgent = tallies.Agents.Select(a => new { Agent = a.Name, Cost = a.Tally.CostUsd, a.Tally.Runs, a.Tally.InputTokens, a.Tally.OutputTokens, a.Tally.EstimatedRuns }),
        ByDate = tallies.Dates.Select(d => new { Date = d.Name, Cost = d.Tally.CostUsd, d.Tally.Runs, d.Tally.InputTokens, d.Tally.OutputTokens, d.Tally.EstimatedRuns }),
    };

    public static object Agent(string name, Tally tally) => new
    {
        Agent = name,
        TotalRuns = tally.Runs,
        tally.Successes,
        tally.Failures,
        SuccessRate = Rate(tally),
        tally.LastRun,
        tally.LastStatus,
        AvgOutputLen = tally.Runs == 0 ? 0 : tally.OutputLength / tally.Runs,
        TotalCost = tally.CostUsd,
        tally.InputTokens,
        tally.OutputTokens,
    };

    // Per cent; what a person cancelled says nothing of the agent.
    private static double Rate(Tally tally) =>
        tally.Successes + tally.Failures == 0 ? 0 : Math.Round(100.0 * tally.Successes / (tally.Successes + tally.Failures), 1);
}
