using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Sessions;

/// <summary>One session's work in its repository.</summary>
/// <param name="WorktreePath">Where the agent worked; it may be gone.</param>
/// <param name="TargetBranch">Full name of the branch that the work is for.</param>
/// <param name="HeadCommit">Where its branch was when the session ended; null when it was not told.</param>
public sealed record SessionWork(string RepoPath, string SessionId, string BaseCommit, string TargetBranch, string? WorktreePath, string? HeadCommit = null);

/// <param name="Diff">Unified diff against the base, uncommitted and new files included; cut at <see cref="SessionDiffer.MaxBytes"/>.</param>
/// <param name="LeftOut">Paths that are not in it, and why.</param>
public sealed record SessionDiff(string Diff, string Stat, bool Truncated, IReadOnlyList<string> LeftOut);

/// <param name="Commit">What the target was moved to; null when it was not.</param>
/// <param name="Obstacle">Why not, when it is not a conflict, and what to do.</param>
/// <param name="WorktreeStays">Why the worktree was not removed; null when it is gone.</param>
public sealed record SessionMergeOutcome(
    string? Commit, string HeadCommit, IReadOnlyList<ConflictedFile> Conflicts, string? Obstacle = null, string? WorktreeStays = null);

/// <param name="Commit">What was kept; null when there was nothing left of the session.</param>
/// <param name="WorktreeStays">Why the worktree was not removed; null when it is gone.</param>
public sealed record SessionDiscardOutcome(string Ref, string? Commit, string? WorktreeStays = null);
