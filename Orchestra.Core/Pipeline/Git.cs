namespace Orchestra.Core.Pipeline;

// Inputs and outputs of the git activities. Every one maps commit ids to commit ids, so that running it twice gives the same ids.

/// <summary>Checks a repository, pins base commit and target branch and creates the integration branch.</summary>
public sealed record PrepareProjectInput(string ProjectId, string RepoPath);

/// <param name="RepoPath">The repository's top folder.</param>
/// <param name="TargetBranch">Full ref name that landing moves, for example <c>refs/heads/main</c>.</param>
/// <param name="BaseCommit">What every agent starts from.</param>
public sealed record PreparedProject(string RepoPath, string TargetBranch, string BaseCommit);

public sealed record CreateWorktreeInput(string RepoPath, string SessionId, string BaseCommit);

public sealed record Worktree(string Path, string Branch);

/// <summary>Commits what an agent left uncommitted.</summary>
/// <param name="Date">Author and committer date; from the orchestration's clock, so that a re-run gives the same commit id.</param>
public sealed record CommitWorkInput(string RepoPath, string WorktreePath, string Branch, string BaseCommit, string Message, DateTime Date);

/// <param name="HeadCommit">The branch's head; equal to the base when the agent changed nothing.</param>
/// <param name="FilesChanged">Paths changed against the base.</param>
/// <param name="LeftOut">Paths that were not committed and why (nested repository, too large, looks like a secret).</param>
public sealed record CommittedWork(string HeadCommit, bool Changed, IReadOnlyList<string> FilesChanged, IReadOnlyList<string> LeftOut);

public sealed record BranchHead(string SessionId, string Commit);

/// <param name="Head">The integration branch's head, when something is merged already.</param>
/// <param name="Merged">The branches that are in the head.</param>
/// <param name="Touched">Paths in which the head differs from a plain merge of those; null when that is not known.</param>
public sealed record PlanMergesInput(string RepoPath, string BaseCommit, IReadOnlyList<BranchHead> Branches, string? Head = null,
    IReadOnlyList<BranchHead>? Merged = null, IReadOnlyList<string>? Touched = null);

/// <summary>Two branches that do not merge cleanly with each other, and where.</summary>
/// <param name="SessionB">Empty: what is merged already.</param>
/// <param name="Hunks">In how many places; null when that was not counted.</param>
public sealed record BranchConflict(string SessionA, string SessionB, IReadOnlyList<string> Files, int? Hunks = null);

/// <param name="Order">Session ids in merge order: the largest mutually clean set first.</param>
/// <param name="CleanCount">How many of them, from the first, merge cleanly with each other and with what is merged.</param>
/// <param name="Scores">Per session the number of branches that it conflicts with.</param>
public sealed record MergePlan(
    IReadOnlyList<string> Order,
    IReadOnlyDictionary<string, int> Scores,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Files,
    IReadOnlyList<BranchConflict> Conflicts,
    int CleanCount = 0);

/// <summary>One merge commit on the integration branch, made in memory.</summary>
/// <param name="Ours">The integration branch's head that the merge is made on.</param>
/// <param name="Theirs">The head that comes in.</param>
public sealed record MergeBranchInput(string RepoPath, string IntegrationRef, string Ours, string Theirs, string Message, DateTime Date);

/// <param name="Commit">The merge commit, or null when it conflicts; equal to <c>Ours</c> when there was nothing to merge.</param>
public sealed record MergeOutcome(string? Commit, IReadOnlyList<ConflictedFile> Conflicts);

/// <param name="Hunks">The file with conflict markers around the hunks, cut at 16 KB; empty for binary files.</param>
public sealed record ConflictedFile(string Path, string Hunks);

/// <summary>A worktree at <c>Ours</c> with the merge of <c>Theirs</c> begun, conflict markers in the files.</summary>
public sealed record LayOutConflictInput(string RepoPath, string WorkId, string Ours, string Theirs);

public sealed record LaidOutWorktree(string Path);

/// <summary>Takes the worktree's state as the merge commit, if no marker is left in the conflicted files.</summary>
/// <param name="MoveRef">False: the commit is a candidate, and the integration branch stays.</param>
/// <param name="MayChange">Patterns of files that may change besides the conflicted ones.</param>
public sealed record ConcludeConflictInput(
    string RepoPath, string WorktreePath, string IntegrationRef, string Ours, string Theirs,
    IReadOnlyList<string> ConflictedPaths, string Message, DateTime Date, bool MoveRef = true, IReadOnlyList<string>? MayChange = null);

/// <summary>A worktree at a commit for a fix agent.</summary>
public sealed record LayOutFixInput(string RepoPath, string WorkId, string Commit);

/// <summary>Takes the worktree's tracked changes and new files that are not ignored as a commit on the integration branch.</summary>
public sealed record ConcludeFixInput(string RepoPath, string WorktreePath, string IntegrationRef, string Parent, string Message, DateTime Date);

/// <param name="Commit">Null when the work cannot be accepted; <c>Reason</c> says why.</param>
public sealed record ConcludedWork(string? Commit, string? Reason);

/// <summary>Fast-forwards the target by compare-and-swap.</summary>
public sealed record LandInput(string RepoPath, string TargetBranch, string Commit);

public enum LandingStatus
{
    /// <summary>The target now is, or already was, the commit.</summary>
    Landed,

    /// <summary>The target has commits that ours lacks; <c>TargetHead</c> must be merged in and verified first.</summary>
    TargetMoved,

    /// <summary>The checked-out target could not be brought along; <c>Reason</c> says what to do.</summary>
    Blocked,
}

public sealed record LandOutcome(LandingStatus Status, string TargetHead, string? Reason);

/// <summary>Puts work under <c>refs/orchestra/kept/</c>: committed and uncommitted.</summary>
/// <param name="Base">What the work began with; nothing is kept when that is all there is.</param>
/// <param name="Taken">What the work was taken into; nothing is kept when it has all the files.</param>
public sealed record KeepWorkInput(string RepoPath, string SessionId, string? WorktreePath, DateTime Date, string? Base = null, string? Taken = null);

/// <summary>Removes worktrees of a project; branches stay.</summary>
/// <param name="WithGates">The one for gates, too: only when the project has ended, since what builds leave in it is what makes the next one quick.</param>
/// <param name="Keep">What is to be kept before; a worktree whose content could not be kept stays.</param>
public sealed record CleanUpInput(
    string RepoPath, string ProjectId, IReadOnlyList<string> WorktreePaths, bool WithGates = true, IReadOnlyList<KeepWorkInput>? Keep = null);

/// <param name="Kept">Full names of the refs that something was kept under.</param>
/// <param name="Left">Worktrees that stay, and why.</param>
public sealed record CleanedUp(IReadOnlyList<string> Kept, IReadOnlyList<string>? Left = null);

/// <summary>Takes the integration branch back from a commit to one of its ancestors.</summary>
/// <param name="KeptAs">Under which name what is left behind is kept; null when it is a plain merge, of which nothing is lost.</param>
public sealed record RetractIntegrationInput(string RepoPath, string IntegrationRef, string From, string To, string? KeptAs = null, DateTime Date = default);
