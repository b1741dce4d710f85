namespace Orchestra.Client;

/// <summary>The answer of <c>GET /api/executions</c>: what was launched and has ended.</summary>
public sealed record ExecutionPage(IReadOnlyList<ExecutionView> Executions, int Total, int Limit, int Offset);

public sealed record ExecutionView
{
    /// <summary>Of the project or session.</summary>
    public string Id { get; init; } = "";

    /// <summary>project or session.</summary>
    public string Kind { get; init; } = "";
    public DateTime Timestamp { get; init; }
    public string Mode { get; init; } = "";
    public string GlobalClientMode { get; init; } = "";
    public string? Filename { get; init; }
    public int AgentCount { get; init; }
    public int SuccessCount { get; init; }
    public int FailCount { get; init; }

    /// <summary>US dollars.</summary>
    public decimal EstimatedCost { get; init; }

    /// <summary>Whether the cost is less than the client's own figure; null when none is known.</summary>
    public bool? CostEstimated { get; init; }
    public string Title { get; init; } = "";
    public string Status { get; init; } = "";

    /// <summary>Filled by <c>GET /api/executions/{id}</c> only.</summary>
    public IReadOnlyList<ExecutionResultView> Results { get; init; } = [];
}

/// <param name="Status">success or failed.</param>
/// <param name="Outcome">The session's or teammate's own status.</param>
public sealed record ExecutionResultView(
    string SessionId, string Agent, string Status, string Outcome, string? Output, string? Error, string? ClientMode, DateTime? Timestamp, decimal? CostUsd);

/// <param name="SuccessRate">Per cent.</param>
/// <param name="TotalCost">US dollars.</param>
public sealed record StatsView(
    int TotalExecutions, int TotalAgentsRun, double SuccessRate, decimal TotalCost, DateTime? LastExecution,
    int Successes, int Failures, long InputTokens, long OutputTokens);

/// <summary>Costs in US dollars: <c>GET /api/costs</c>.</summary>
/// <param name="EstimatedRuns">Runs whose cost is not the client's own figure.</param>
public sealed record CostsView(
    decimal TotalCost, long InputTokens, long OutputTokens, int EstimatedRuns,
    IReadOnlyList<ModeCost> ByMode, IReadOnlyList<AgentCost> ByAgent, IReadOnlyList<DateCost> ByDate);

public sealed record ModeCost(string Mode, decimal Cost, int Runs, long InputTokens, long OutputTokens, int EstimatedRuns);

public sealed record AgentCost(string Agent, decimal Cost, int Runs, long InputTokens, long OutputTokens, int EstimatedRuns);

/// <param name="Date">YYYY-MM-DD, in UTC; days without a run are left out.</param>
public sealed record DateCost(string Date, decimal Cost, int Runs, long InputTokens, long OutputTokens, int EstimatedRuns);

/// <summary>How an agent fared: <c>GET /api/agents</c>.</summary>
/// <param name="AvgOutputLen">Bytes.</param>
public sealed record AgentView(
    string Agent, int TotalRuns, int Successes, int Failures, double SuccessRate, DateTime? LastRun, string? LastStatus, long AvgOutputLen,
    decimal TotalCost, long InputTokens, long OutputTokens);
