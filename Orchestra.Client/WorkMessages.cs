namespace Orchestra.Client;

/// <summary>What a session changed: <c>GET /api/teams/{id}/diff</c>.</summary>
/// <param name="Truncated">There is more than is shown.</param>
/// <param name="LeftOut">Paths that are not shown, and why.</param>
public sealed record DiffView(string Diff, string? BaseCommit, string? Stat, bool Truncated, IReadOnlyList<string>? LeftOut);

/// <param name="Ended">Nothing comes behind it.</param>
public sealed record OutputPiece(byte[] Bytes, bool Ended);

/// <summary>Who conflicts with whom, in which order the branches come in, and why: <c>GET /api/gm/projects/{id}/plan</c>.</summary>
public sealed record PlanView(
    int Revision, string Reason, string? Head, DateTime At, IReadOnlyList<string> MergeOrder, IReadOnlyList<SettledView> Settled, IReadOnlyList<Core.Pipeline.PlannedBranch> Branches);

/// <summary>A branch that is settled already.</summary>
public sealed record SettledView(string SessionId, string MergeResult, int? Position, string? Commit);
