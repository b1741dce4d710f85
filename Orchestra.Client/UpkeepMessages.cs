namespace Orchestra.Client;

/// <summary>Where a session's work is: <c>GET /api/teams/{id}/recover</c>.</summary>
/// <param name="Commit">What brings back most; null when only the worktree is left.</param>
/// <param name="LeftOut">What was not committed for the agent, each with the reason; a kept ref may have it.</param>
public sealed record RecoveryView(string SessionId, string RepoPath, string? Commit, IReadOnlyList<RecoverySourceView> Sources, IReadOnlyList<string>? LeftOut = null);

/// <param name="Kind">worktree, kept, branch or wip.</param>
public sealed record RecoverySourceView(string Kind, string Name, string? Commit, DateTimeOffset? CommittedAt);

/// <param name="Output">git's words.</param>
public sealed record PushView(string Output, string Remote, string Branch, string Commit, string? PullRequest = null);

/// <summary>What crashes left behind: <c>GET /api/doctor</c>.</summary>
public sealed record DoctorView(IReadOnlyList<FindingView> Findings);

/// <summary>The answer of <c>POST /api/doctor/clean</c>.</summary>
public sealed record DoctorCleanView(IReadOnlyList<FindingView> Cleaned, IReadOnlyList<FindingView> Left);

/// <param name="Obstacle">Why it is not cleaned; null when it can be, or was.</param>
public sealed record FindingView(string Kind, string Name, string? RepoPath, string? Path, string? Commit, string Reason, string? Obstacle);

/// <summary>The answer of <c>POST /api/doctor/prune</c>.</summary>
public sealed record PruneView(IReadOnlyList<StoredView> Pruned);

/// <param name="Kind">kept, wip or run.</param>
public sealed record StoredView(string Kind, string Name, string? RepoPath, string? Commit, DateTimeOffset? Since);
