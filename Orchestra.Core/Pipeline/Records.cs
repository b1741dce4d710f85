using System.Text.Json.Serialization;
using Orchestra.Core.Events;

namespace Orchestra.Core.Pipeline;

/// <summary>The phases of a project, in order; the last three are final.</summary>
public static class Phases
{
    public const string Launching = "launching";
    public const string Waiting = "waiting";
    public const string Analyzing = "analyzing";
    public const string Merging = "merging";
    public const string Building = "building";
    public const string Testing = "testing";
    public const string Landing = "landing";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public static readonly IReadOnlyList<string> All =
        [Launching, Waiting, Analyzing, Merging, Building, Testing, Landing, Completed, Failed, Cancelled];

    public static bool IsFinal(string phase) => phase is Completed or Failed or Cancelled;
}

/// <summary>How a session ended up on the integration branch.</summary>
public static class MergeResults
{
    public const string Merged = "merged";
    public const string MergedResolved = "merged_resolved";

    /// <summary>Both sides of touching changes were kept by rule, and the gates passed or a person agreed.</summary>
    public const string MergedMechanical = "merged_mechanical";

    /// <summary>Only files of a configured class conflicted: changelogs, generated files.</summary>
    public const string MergedByPolicy = "merged_by_policy";
    public const string Skipped = "skipped";
    public const string NoChange = "no_change";

    /// <summary>Of a single session: a person gave the work up; it is kept.</summary>
    public const string Discarded = "discarded";
}

/// <summary>What a person can answer.</summary>
public static class DecisionAnswers
{
    public const string Approve = "approve";
    public const string Reject = "reject";

    /// <summary>An agent is to resolve the conflict, instead of the mechanical result that is proposed.</summary>
    public const string Agent = "agent";

    /// <summary>The person resolves the conflict in a worktree that is laid out for them.</summary>
    public const string Manual = "manual";

    /// <summary>The branch that was merged last, whose gates fail, is left out.</summary>
    public const string Skip = "skip";

    public static readonly IReadOnlyList<string> Usual = [Approve, Reject];
    public static readonly IReadOnlyList<string> All = [Approve, Reject, Agent, Manual, Skip];
}

public static class DecisionTypes
{
    public const string MergeConflict = "merge_conflict";
    public const string BuildFailure = "build_failure";
    public const string TestFailure = "test_failure";
    public const string LandingBlocked = "landing_blocked";
    public const string BudgetExceeded = "budget_exceeded";
}

/// <summary>A project as stored; the orchestration is its only writer, each write a whole document.</summary>
public sealed record ProjectRecord
{
    public required string ProjectId { get; init; }
    public required string ProjectName { get; init; }
    public required string RepoPath { get; init; }
    public string? BuildCommand { get; init; }
    public string? TestCommand { get; init; }
    public required string Phase { get; init; }
    public int AgentCount { get; init; }
    public int CompletedCount { get; init; }
    public int FailedCount { get; init; }
    public int MergedCount { get; init; }
    public IReadOnlyList<string> MergeOrder { get; init; } = [];
    public string? CurrentMerge { get; init; }
    public int BuildAttempts { get; init; }
    public int TestAttempts { get; init; }
    public DateTime StartedAt { get; init; }
    public DateTime? CompletedAt { get; init; }
    public string? ErrorMessage { get; init; }
    public string? TargetBranch { get; init; }
    public string? BaseCommit { get; init; }
    public string? IntegrationCommit { get; init; }
    public string? LandedCommit { get; init; }

    /// <summary>What happened, oldest first; bounded by the pipeline's number of steps.</summary>
    public IReadOnlyList<GateRecord> Gates { get; init; } = [];
    public IReadOnlyList<SessionMerge> Merges { get; init; } = [];

    /// <summary>The phase in which the project failed or was cancelled.</summary>
    public string? FailedPhase { get; init; }

    /// <summary>What all its agents may use.</summary>
    public Budget? Budget { get; init; }

    /// <summary>The orchestration instance that takes decisions and cancel; a retry is a new one. Null: the project's id.</summary>
    public string? InstanceId { get; init; }
    public int Retries { get; init; }

    /// <summary>What the target was before this project landed on it; before that, what of it was taken in last.</summary>
    public string? LandedOn { get; init; }

    /// <summary>The commit that undid the landing.</summary>
    public string? UnlandedCommit { get; init; }

    /// <summary>How often undoing the landing was asked for.</summary>
    public int Unlands { get; init; }

    /// <summary>Per session the number of branches that it conflicts with.</summary>
    public IReadOnlyDictionary<string, int>? MergeScores { get; init; }

    /// <summary>The trace context of the launch; see <see cref="ProjectPlan"/>.</summary>
    public string? Trace { get; init; }

    /// <summary>The trace context of the request for the retry or unlanding that runs.</summary>
    public string? TraceLink { get; init; }

    /// <summary>How many events the orchestration has told.</summary>
    public int EventCount { get; init; }

    /// <summary>What happened since the last save; goes to the event log and is not kept here.</summary>
    public IReadOnlyList<NewEvent> News { get; init; } = [];

    /// <summary>What all agents of the project used so far, those that mend and resolve included; null when no client tells.</summary>
    public RunUsage? Usage { get; init; }

    /// <summary>The client mode of the agents that mend and resolve.</summary>
    public string? FixMode { get; init; }
}

/// <summary>One run of a gate.</summary>
/// <param name="Attempt">2 and on: run again on the same commit after a failure, in case that was chance.</param>
/// <param name="Reused">Not run, because it passed before on the same files.</param>
public sealed record GateRecord(string Kind, string Commit, bool Success, int? ExitCode, string OutputTail, double Seconds, int Attempt = 1, bool Reused = false);

/// <summary>What became of one session's branch.</summary>
public sealed record SessionMerge(string SessionId, string MergeResult, int? OrderIndex, string? Commit, DateTime At, MechanicalMerge? Mechanical = null);

/// <summary>A session as stored; its own orchestration and its agent's run write it.</summary>
public sealed record SessionRecord
{
    public required string SessionId { get; init; }
    public string? ProjectId { get; init; }
    public required string TeamName { get; init; }
    public required string TaskDescription { get; init; }
    /// <summary>pending, running, completed, failed, cancelled, timed_out, budget_exceeded, quota or no_change.</summary>
    public required string Status { get; init; }
    public required string RepoPath { get; init; }
    public string? BranchName { get; init; }
    public string? WorktreePath { get; init; }
    public string? HeadCommit { get; init; }
    public IReadOnlyList<string> FilesChanged { get; init; } = [];

    /// <summary>Files that the agent left and that were not committed for it, each with the reason: nested repository, too large, looks like a secret.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];
    public string? LastLine { get; init; }
    public string? Error { get; init; }
    public int? ExitCode { get; init; }
    public DateTime? StartedAt { get; init; }
    public DateTime? CompletedAt { get; init; }
    public string? ClientMode { get; init; }

    /// <summary>What it may use.</summary>
    public Budget? Budget { get; init; }

    /// <summary>Why its agent does not run now; null while it does.</summary>
    public AgentWait? WaitingFor { get; init; }

    /// <summary>How often it has waited.</summary>
    public int Waits { get; init; }

    /// <summary>Why another client than the one asked for did the work; null when it did not.</summary>
    public string? ClientNote { get; init; }

    /// <summary>The client's own id of its session, chosen before it starts.</summary>
    public string? ClientSessionId { get; init; }

    /// <summary>What the session's runs used; null when the client does not tell.</summary>
    public RunUsage? Usage { get; init; }

    /// <summary>One per teammate of a sequence, in order; empty for a session of one run.</summary>
    public IReadOnlyList<SessionTask> Tasks { get; init; } = [];

    /// <summary>What happened since the last save; goes to the event log and is not kept here.</summary>
    public IReadOnlyList<NewEvent> News { get; init; } = [];

    /// <summary>The mode that this session is a round of; null for what a person launched as a team.</summary>
    public string? OrchestratorMode { get; init; }

    /// <summary>One of <see cref="FixKinds"/>, of an agent that mends or resolves for its project: it looks like a session, but has no branch that anybody merges.</summary>
    public string? FixKind { get; init; }

    /// <summary>What the session started from.</summary>
    public string? BaseCommit { get; init; }

    /// <summary>Full name of the branch that its work is for.</summary>
    public string? TargetBranch { get; init; }

    /// <summary>merged or discarded, when a person did that to this one session; what its project did is in the project.</summary>
    public string? MergeResult { get; init; }
    public string? MergeCommit { get; init; }
    public DateTime? MergedAt { get; init; }

    [JsonIgnore]
    public bool IsRunning => Status is "pending" or "running";

    /// <summary>Ended by something else than its agent: what its teammates had begun ends with it.</summary>
    public SessionRecord EndedBy(string status, string reason, DateTime at) => this with
    {
        Status = status,
        Error = reason,
        WaitingFor = null,
        CompletedAt = at,
        Tasks = [.. Tasks.Select(t => t.Status switch
        {
            "running" => t with { Status = status, Error = reason, CompletedAt = at },
            "pending" => t with { Status = "skipped" },
            _ => t,
        })],
    };
}

/// <summary>One teammate's part of a session.</summary>
/// <param name="Id">Also the id of its run.</param>
/// <param name="Status">pending, running, completed, failed, cancelled, timed_out, budget_exceeded, quota, or skipped because a former one did not complete.</param>
/// <param name="Output">The end of its output.</param>
/// <param name="HeadCommit">The branch after its work was committed; of one who was only to read, the kept commit of what it changed all the same.</param>
public sealed record SessionTask(
    string Id,
    string Teammate,
    string Role,
    string Status,
    string? ClientMode = null,
    string? Output = null,
    string? Error = null,
    DateTime? StartedAt = null,
    DateTime? CompletedAt = null,
    string? HeadCommit = null,
    RunUsage? Usage = null);

/// <summary>A question to a person. Resolved once.</summary>
public sealed record DecisionRecord
{
    public required string DecisionId { get; init; }
    public required string ProjectId { get; init; }
    public required string DecisionType { get; init; }
    public required string Description { get; init; }
    public required string ProposedAction { get; init; }
    public DecisionContext Context { get; init; } = new();
    /// <summary>pending, approved, rejected, manual, skipped or closed (the project ended without an answer).</summary>
    public required string Status { get; init; }
    public string? Comment { get; init; }

    /// <summary>The answers that it takes.</summary>
    public IReadOnlyList<string> Answers { get; init; } = DecisionAnswers.Usual;

    /// <summary>The budget from now on, of one that was asked for and approved.</summary>
    public Budget? Granted { get; init; }
    public DateTime CreatedAt { get; init; }

    /// <summary>When <see cref="DefaultAction"/> is its answer if nobody gave another one; null: never.</summary>
    public DateTime? ExpiresAt { get; init; }
    public string? DefaultAction { get; init; }
    public DateTime? ResolvedAt { get; init; }
}

/// <summary>What a person needs to decide.</summary>
/// <param name="Parties">Whose changes meet in a conflict.</param>
/// <param name="WorkId">Names the worktree that the answer <c>manual</c> lays out.</param>
/// <param name="WorktreePath">Where a person resolves the conflict.</param>
/// <param name="Mechanical">The proposed result of a conflict in which both sides' lines can be kept.</param>
/// <param name="Budget">What is used up.</param>
public sealed record DecisionContext(
    string? SessionId = null,
    IReadOnlyList<ConflictedFile>? Conflicts = null,
    string? Commit = null,
    string? Command = null,
    int? ExitCode = null,
    string? OutputTail = null,
    MechanicalMerge? Mechanical = null,
    IReadOnlyList<ConflictParty>? Parties = null,
    string? WorkId = null,
    string? WorktreePath = null,
    BudgetOverrun? Budget = null);

/// <summary>A budget that is used up; of the decision's session, or of the project if it names none.</summary>
/// <param name="Proposed">What approving allows, in all.</param>
public sealed record BudgetOverrun(Budget Limit, decimal SpentUsd, int SpentTurns, Budget Proposed)
{
    [JsonIgnore]
    public Budget Used => new(SpentUsd, SpentTurns);
}

/// <summary>The answer that reaches the waiting orchestration as an external event.</summary>
/// <param name="Action">One of <see cref="DecisionAnswers"/>.</param>
/// <param name="Granted">The budget from now on.</param>
public sealed record DecisionAnswer(string DecisionId, string Action, string? Comment, Budget? Granted = null);
