using Orchestra.Core.Pipeline;

namespace Orchestra.Core.Bookkeeping;

/// <summary>Sums over runs: of an agent, a client mode, a day, or all.</summary>
/// <param name="Successes">Runs that completed, with or without a change.</param>
/// <param name="Failures">Runs that ended otherwise, but not those that a person cancelled.</param>
/// <param name="EstimatedRuns">Runs whose cost is not the client's own figure.</param>
/// <param name="OutputLength">Bytes.</param>
public sealed record Tally(
    int Runs = 0,
    int Successes = 0,
    int Failures = 0,
    int EstimatedRuns = 0,
    decimal CostUsd = 0,
    long InputTokens = 0,
    long OutputTokens = 0,
    long OutputLength = 0,
    DateTime? LastRun = null,
    string? LastStatus = null,
    int Executions = 0,
    DateTime? LastExecution = null)
{
    public Tally Add(CountedRun run) => Shift(run, 1) with
    {
        LastRun = LastRun > run.At ? LastRun : run.At,
        LastStatus = LastRun > run.At ? LastStatus : run.Status,
    };

    public Tally Remove(CountedRun run) => Shift(run, -1);

    private Tally Shift(CountedRun run, int sign) => this with
    {
        Runs = Runs + (sign * run.Runs),
        Successes = Successes + (Outcomes.IsSuccess(run.Status) ? sign * run.Runs : 0),
        Failures = Failures + (Outcomes.IsFailure(run.Status) ? sign * run.Runs : 0),
        EstimatedRuns = EstimatedRuns + (run.Usage?.Estimated == true ? sign : 0),
        CostUsd = CostUsd + (sign * (run.Usage?.CostUsd ?? 0)),
        InputTokens = InputTokens + (sign * (run.Usage?.InputTokens ?? 0)),
        OutputTokens = OutputTokens + (sign * (run.Usage?.OutputTokens ?? 0)),
        OutputLength = OutputLength + (sign * run.OutputLength),
    };
}

/// <summary>All tallies at one moment; names in order.</summary>
public sealed record Tallies(
    Tally Total, IReadOnlyList<(string Name, Tally Tally)> Agents, IReadOnlyList<(string Name, Tally Tally)> Modes, IReadOnlyList<(string Name, Tally Tally)> Dates);
