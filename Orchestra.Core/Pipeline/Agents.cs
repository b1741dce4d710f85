namespace Orchestra.Core.Pipeline;

/// <summary>One agent process in one worktree.</summary>
/// <param name="RunId">Names the run's folder (output, exit code); the session id, or the id of a fix or resolution run.</param>
/// <param name="ProjectId">Its cancel mark ends the run too; null for a single session.</param>
/// <param name="RestartFrom">The commit that the worktree goes back to when a crashed run must start over; its state is kept as a snapshot first.</param>
/// <param name="SessionId">The session that the run is a step of, whose cancel mark ends it too; null: the run is the session.</param>
/// <param name="Budget">What the session may use.</param>
/// <param name="ProjectBudget">What all agents of its project may use.</param>
/// <param name="Pauses">How often a used-up quota has interrupted it.</param>
/// <param name="Waiter">The orchestration that waits while the agent may not run; null: it may at once.</param>
public sealed record AgentRun(
    string RunId, string? ProjectId, string RepoPath, string WorktreePath, string Prompt, AgentCommand Command, int TimeoutSeconds, string? RestartFrom,
    string? SessionId = null, string? Waiter = null, int Pauses = 0, Budget? Budget = null, Budget? ProjectBudget = null)
{
    /// <summary>What a person said who let it go on.</summary>
    public string? Remark { get; init; }

    /// <summary>Of an agent that is no session, but mends or resolves for its project; null of others, and in what was planned before it was told.</summary>
    public FixTask? Fix { get; init; }
}

/// <summary>What an agent that mends a failed gate or resolves a conflict is there for, in words for people.</summary>
/// <param name="Kind">One of <see cref="FixKinds"/>.</param>
/// <param name="BaseCommit">What its worktree began with.</param>
public sealed record FixTask(string Kind, string Task, string BaseCommit);

public static class FixKinds
{
    /// <summary>A build or test that failed.</summary>
    public const string Fix = "fix";

    /// <summary>A conflict.</summary>
    public const string Resolve = "resolve";
}

/// <summary>How a run ended, by evidence.</summary>
public enum RunStatus
{
    Completed,
    Failed,
    Cancelled,
    TimedOut,

    /// <summary>The run reached its limit of money or turns.</summary>
    BudgetExceeded,

    /// <summary>The account may do no more for now: a usage limit, or a rate limit that outlasted the client's patience.</summary>
    Quota,
}

/// <param name="OutputTail">The last 4 KB of the output, for people to read.</param>
/// <param name="Usage">What the run cost; null for clients that do not tell.</param>
/// <param name="ClientSessionId">The client's own id of the session that did the work.</param>
/// <param name="Answer">The agent's last word, at most 8 KB; null when the client does not tell it from other output.</param>
/// <param name="Reused">A gate that was not run, because it passed before on the same files.</param>
/// <param name="ApiFailed">The model's API refused or did not answer; another client may fare better.</param>
/// <param name="ClientNote">Which other client did the work, and why.</param>
/// <param name="Turns">Replies of the model, of the agent itself.</param>
/// <param name="QuotaUntil">When the limit that ended it is over, as far as that was told.</param>
/// <param name="Wait">The agent may not run now; this is no end.</param>
/// <param name="Calls">Orchestrations whose agents may run now.</param>
/// <param name="ByUs">We ended the run; false also of one of which that is not known.</param>
public sealed record RunResult(
    RunStatus Status, int? ExitCode, string OutputTail, string? Error, DateTime StartedAt, DateTime CompletedAt, RunUsage? Usage = null,
    string? ClientSessionId = null, string? Answer = null, bool Reused = false,
    bool ApiFailed = false, string? ClientNote = null, AgentWait? Wait = null, IReadOnlyList<string>? Calls = null, DateTime? QuotaUntil = null, int Turns = 0, bool ByUs = false);

/// <summary>What was used of a model.</summary>
/// <param name="CostUsd">US dollars; null when not known.</param>
/// <param name="InputTokens">Everything that the model read, its cache included.</param>
/// <param name="Estimated">Not the client's own final figures, which were lost with a broken-off run.</param>
public sealed record RunUsage(decimal? CostUsd, long InputTokens, long OutputTokens, bool Estimated)
{
    /// <summary>Both together; null only when both are.</summary>
    public static RunUsage? Sum(RunUsage? one, RunUsage? other) => one is null || other is null
        ? one ?? other
        : new RunUsage(
            one.CostUsd is null && other.CostUsd is null ? null : (one.CostUsd ?? 0) + (other.CostUsd ?? 0),
            one.InputTokens + other.InputTokens,
            one.OutputTokens + other.OutputTokens,
            // A sum of known and unknown dollars is a lower bound.
            one.Estimated || other.Estimated || one.CostUsd is null != other.CostUsd is null);
}

/// <summary>A build or test command in the project's integration worktree, on exactly one commit.</summary>
/// <param name="Kind"><c>build</c> or <c>test</c>.</param>
/// <param name="Reuse">A pass on the same files counts, and this one is remembered.</param>
/// <param name="Then">The test command that follows a build.</param>
/// <param name="RequireTests">A test command that says that it ran no test fails.</param>
/// <param name="TestsRanPattern">What its output must match to have tested something.</param>
public sealed record GateInput(string ProjectId, string RunId, string Kind, string RepoPath, string Commit, string Command, int TimeoutSeconds,
    bool Reuse = false, string? Then = null, bool RequireTests = false, string? TestsRanPattern = null);
