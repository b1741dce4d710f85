namespace Orchestra.Core.Events;

/// <summary>Where an event is shown: one web socket channel each.</summary>
public static class EventChannels
{
    public const string Gm = "gm";
    public const string Teams = "teams";
    public const string Status = "status";
    public const string Logs = "logs";
}

/// <summary>The kinds of messages on the wire.</summary>
public static class EventTypes
{
    public const string GmProgress = "gm_progress";
    public const string TeamProgress = "team_progress";
    public const string NewTeamSession = "new_team_session";
    public const string NewExecution = "new_execution";

    /// <summary>A client's account may do no more for now, or may again.</summary>
    public const string Quota = "quota";

    /// <summary>A line of our own log.</summary>
    public const string Log = "log";

    public static readonly IReadOnlyList<string> All = [GmProgress, TeamProgress, NewTeamSession, NewExecution, Quota, Log];

    /// <summary>Told in such numbers that they are given only to those who ask for them by name.</summary>
    public static readonly IReadOnlyList<string> OnlyByName = [Log];
}

/// <summary>What happens to a project (<see cref="EventTypes.GmProgress"/>) or a session (<see cref="EventTypes.TeamProgress"/>).</summary>
public static class EventNames
{
    public const string ProjectStarted = "project_started";
    public const string AgentLaunched = "agent_launched";
    public const string AgentWaiting = "agent_waiting";

    /// <summary>An agent goes on after it has waited, or after its process was lost.</summary>
    public const string AgentResumed = "agent_resumed";
    public const string PhaseChange = "phase_change";
    public const string AgentCompleted = "agent_completed";
    public const string MergeOrderDetermined = "merge_order_determined";
    public const string MergePlanned = "merge_plan";

    /// <summary>Work that is not finished yet conflicts already.</summary>
    public const string MergeRisk = "merge_risk";
    public const string MergeStarted = "merge_started";
    public const string MergeCompleted = "merge_completed";
    public const string MergeSkipped = "merge_skipped";
    public const string MergeConflict = "merge_conflict";
    public const string ConflictResolved = "conflict_resolved";
    public const string DecisionRequired = "decision_required";
    public const string DecisionResolved = "decision_resolved";
    public const string ProjectCompleted = "project_completed";
    public const string ProjectFailed = "project_failed";
    public const string ProjectCancelled = "project_cancelled";

    /// <summary>A piece of a session's output. The log holds its place, the message its text.</summary>
    public const string Stdout = "stdout";

    /// <summary>The same of what came on standard error.</summary>
    public const string Stderr = "stderr";

    public const string QuotaOpened = "quota_opened";
    public const string QuotaClosed = "quota_closed";

    /// <summary>A run is ended because disk or memory is used up; the end follows.</summary>
    public const string ResourceError = "resource_error";

    public const string Started = "started";

    /// <summary>A session's agent may not run now.</summary>
    public const string Waiting = "waiting";
    public const string Resumed = "resumed";
    public const string Completed = "completed";
    public const string Cancelled = "cancelled";

    /// <summary>A person merged or discarded one session.</summary>
    public const string Merged = "merged";
    public const string Discarded = "discarded";

    /// <summary>What was kept of a session goes, its retention being over; told before it does.</summary>
    public const string Pruned = "pruned";

    /// <param name="kind"><c>build</c> or <c>test</c>.</param>
    public static string GateStarted(string kind) => $"{kind}_started";

    /// <param name="kind"><c>build</c> or <c>test</c>.</param>
    public static string GateResult(string kind) => $"{kind}_result";

    /// <param name="kind"><c>build</c> or <c>test</c>.</param>
    public static string FixAttempt(string kind) => $"{kind}_fix_attempt";

    public static readonly IReadOnlyList<string> All =
    [
        ProjectStarted, AgentLaunched, AgentWaiting, AgentResumed, PhaseChange, AgentCompleted, MergeOrderDetermined, MergePlanned, MergeRisk, MergeStarted, MergeCompleted, MergeSkipped, MergeConflict, ConflictResolved,
        "build_started", "build_result", "build_fix_attempt", "test_started", "test_result", "test_fix_attempt",
        DecisionRequired, DecisionResolved, ProjectCompleted, ProjectFailed, ProjectCancelled, QuotaOpened, QuotaClosed, Started, Waiting, Resumed, Completed, Cancelled, Merged, Discarded, Pruned, ResourceError, Stdout, Stderr,
    ];

    /// <summary>Told in such numbers that they are given only to those who ask for them by name.</summary>
    public static readonly IReadOnlyList<string> OnlyByName = [Stdout, Stderr];
}
