using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Hands a commit that failed a gate to a fix agent and takes its change as one commit.</summary>
public sealed class FixWork(GitPlumbing plumbing, Worktrees worktrees, WorktreeSnapshots snapshots, StaleLocks locks)
{
    public async Task<LaidOutWorktree> LayOutAsync(LayOutFixInput input, CancellationToken cancellationToken)
    {
        WorktreeFolder worktree = await worktrees.RecreateAsync(input.RepoPath, input.WorkId, input.Commit, cancellationToken);
        return new LaidOutWorktree(worktree.Path);
    }

    public async Task<ConcludedWork> ConcludeAsync(ConcludeFixInput input, CancellationToken cancellationToken)
    {
        GitNames.CommitId(input.Parent);
        WorktreeFolder? worktree = await worktrees.FindAsync(input.RepoPath, input.WorktreePath, cancellationToken);
        if (worktree is null || !Directory.Exists(worktree.Path))
            return new ConcludedWork(null, $"The worktree {input.WorktreePath} is gone; lay the fix out again.");
        locks.Remove(worktree);
        return await snapshots.TakeAsync(
            worktree, everything: false, snapshot => ConcludeAsync(input, snapshot, cancellationToken), cancellationToken);
    }

    private async Task<ConcludedWork> ConcludeAsync(ConcludeFixInput input, WorktreeSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Tree == await plumbing.ResolveAsync(input.RepoPath, input.Parent + "^{tree}", cancellationToken))
            return new ConcludedWork(null, Unchanged(snapshot.LeftOut));
        string commit = await plumbing.CommitTreeAsync(
            input.RepoPath, snapshot.Tree, [input.Parent], input.Message, input.Date, cancellationToken);
        await plumbing.MoveRefAsync(input.RepoPath, input.IntegrationRef, input.Parent, commit, "agent-orchestra: fix", cancellationToken);
        return new ConcludedWork(commit, null);
    }

    private static string Unchanged(IReadOnlyList<string> leftOut) =>
        leftOut.Count == 0 ? "The agent changed nothing." : $"The agent changed nothing that can be committed; left out: {string.Join(", ", leftOut)}.";
}
