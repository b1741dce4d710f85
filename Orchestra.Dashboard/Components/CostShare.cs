using Orchestra.Client;

namespace Orchestra.Dashboard.Components;

/// <summary>What the runs of one mode, agent or day cost, in US dollars.</summary>
public sealed record CostShare(string Name, decimal Cost, int Runs, long InputTokens, long OutputTokens, bool IsEstimated)
{
    public static CostShare Of(ModeCost c) => new(c.Mode, c.Cost, c.Runs, c.InputTokens, c.OutputTokens, c.EstimatedRuns > 0);

    public static CostShare Of(AgentCost c) => new(c.Agent, c.Cost, c.Runs, c.InputTokens, c.OutputTokens, c.EstimatedRuns > 0);

    public static CostShare Of(DateCost c) => new(c.Date, c.Cost, c.Runs, c.InputTokens, c.OutputTokens, c.EstimatedRuns > 0);
}
