namespace Orchestra.Client;

/// <summary>What a session changed: <c>GET /api/teams/{id}/diff</c>.</summary>
/// <param name="Truncated">There is more than is shown.</param>
/// <param name="LeftOut">Paths that are not shown, and why.</param>
public sealed record DiffView(string Diff, string? BaseCommit, string? Stat, bool Truncated, IReadOnlyList<string>? LeftOut);

/// <param name="Ended">Nothing comes behind it.</param>
public sealed record OutputPiece(byte[] Bytes, bool Ended);

/// <summary>Which bytes of an output came from standard error: <c>GET /api/teams/{id}/output/errors</c>.</summary>
/// <param name="Next">Where to go on.</param>
public sealed record OutputErrors(IReadOnlyList<OutputSpan> Errors, long Next);

/// <summary>Bytes of an output.</summary>
public sealed record OutputSpan(long Offset, long Length);

/// <summary>Who conflicts with whom, in which order the branches come in, and why: <c>GET /api/gm/projects/{id}/plan</c>.</summary>
public sealed record PlanView(
    int Revision, string Reason, string? Head, DateTime At, IReadOnlyList<string> MergeOrder, IReadOnlyList<SettledView> Settled, IReadOnlyList<Core.Pipeline.PlannedBranch> Branches);

/// <summary>A branch that is settled already.</summary>
public sealed record SettledView(string SessionId, string MergeResult, int? Position, string? Commit);

/// <summary>What a project has merged or landed, newest first: <c>GET /api/gm/projects/{id}/commits</c>.</summary>
public sealed record CommitsView(IReadOnlyList<CommitView> Commits, bool Truncated);

/// <param name="Undoes">It takes the landing back.</param>
public sealed record CommitView(string Id, IReadOnlyList<string> Parents, DateTime At, string Author, string Subject, bool Undoes = false);

/// <summary>A repository that agents can work on: <c>GET /api/gm/repository</c>.</summary>
/// <param name="Dirty">How many files have uncommitted changes, which agents do not see.</param>
public sealed record RepositoryView(string RepoPath, string Branch, string HeadCommit, string HeadSubject, int Commits, int Dirty);

/// <summary>What a launch would do: <c>POST /api/gm/launch/dry-run</c>.</summary>
public sealed record DryRunView(
    string RepoPath, string TargetBranch, string BaseCommit, string? BuildCommand, string? TestCommand, string Gates, string Mechanical, int MaxFixAttempts, int MaxResolveAttempts,
    int GateTimeoutSeconds, IReadOnlyList<DryRunAgent> Agents);

public sealed record DryRunAgent(string Team, string Task, string ClientMode, int TimeoutSeconds, IReadOnlyList<DryRunTeammate> Teammates);

public sealed record DryRunTeammate(string Name, string ClientMode, int TimeoutSeconds);
