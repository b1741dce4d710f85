using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Brings everything that an agent did to its branch: its own commits, wherever it made them, and what it left uncommitted.</summary>
public sealed class WorkCommitter(
    GitCli git, GitPlumbing plumbing, Worktrees worktrees, WorktreeSnapshots snapshots, StaleLocks locks, Keeper keeper, RunsConfig config)
{
    private const string Reason = "agent-orchestra: work of the agent";

    public async Task<CommittedWork> CommitAsync(CommitWorkInput input, CancellationToken cancellationToken)
    {
        string branch = GitNames.FullBranch(input.Branch);
        GitNames.CommitId(input.BaseCommit);
        WorktreeFolder? worktree = await worktrees.FindAsync(input.RepoPath, input.WorktreePath, cancellationToken);
        if (worktree is null || !Directory.Exists(worktree.Path))
        {
            string? left = await plumbing.ResolveAsync(input.RepoPath, branch, cancellationToken);
            return await DescribeAsync(input, left ?? input.BaseCommit, [], cancellationToken);
        }

        locks.Remove(worktree, branch);
        return await snapshots.TakeAsync(
            worktree, everything: false, snapshot => CommitAsync(input, worktree, branch, snapshot, cancellationToken), cancellationToken);
    }

    private async Task<CommittedWork> CommitAsync(
        CommitWorkInput input, WorktreeFolder worktree, string branch, WorktreeSnapshot snapshot, CancellationToken cancellationToken)
    {
        string? old = await plumbing.ResolveAsync(input.RepoPath, branch, cancellationToken);
        string parent = snapshot.Head ?? old ?? input.BaseCommit;
        string? parentTree = await plumbing.ResolveAsync(input.RepoPath, parent + "^{tree}", cancellationToken);
        string head = parent;
        if (snapshot.Tree != parentTree)
        {
            string commit = await plumbing.CommitTreeAsync(
                input.RepoPath, snapshot.Tree, [parent], input.Message, input.Date, cancellationToken, (config.Commit.AuthorName, config.Commit.AuthorEmail));
            if (!config.Commit.Enabled) return await CommitNothingAsync(input, worktree, branch, old, snapshot with { Head = parent }, commit, cancellationToken);
            head = commit;
        }

        // An agent that only looked at an older commit has not taken back its later ones.
        // Its worktree stays as it is: on the branch, the older files would look like a change.
        if (head == parent && old is not null && await plumbing.IsAncestorAsync(input.RepoPath, head, old, cancellationToken))
            return await DescribeAsync(input, old, snapshot.LeftOut, cancellationToken);
        if (old is not null && !await plumbing.IsAncestorAsync(input.RepoPath, old, head, cancellationToken))
            await keeper.AddAsync(input.RepoPath, SessionOf(branch), old, input.Date, cancellationToken);
        await plumbing.MoveRefAsync(input.RepoPath, branch, old, head, Reason, cancellationToken);
        await FollowAsync(worktree, branch, snapshot, cancellationToken);
        return await DescribeAsync(input, head, snapshot.LeftOut, cancellationToken);
    }

    /// <summary>The agent's own commits come to the branch; what it left beside them stays in the worktree, and under a ref of its own.</summary>
    private async Task<CommittedWork> CommitNothingAsync(
        CommitWorkInput input, WorktreeFolder worktree, string branch, string? old, WorktreeSnapshot snapshot, string left, CancellationToken cancellationToken)
    {
        string head = snapshot.Head!;
        string wip = RefNames.Wip(SessionOf(branch));
        await git.RunAsync(new GitCommand(input.RepoPath, "update-ref", "--create-reflog", wip, left), cancellationToken);
        if (old is null || !await plumbing.IsAncestorAsync(input.RepoPath, head, old, cancellationToken))
        {
            if (old is not null && !await plumbing.IsAncestorAsync(input.RepoPath, old, head, cancellationToken))
                await keeper.AddAsync(input.RepoPath, SessionOf(branch), old, input.Date, cancellationToken);
            await plumbing.MoveRefAsync(input.RepoPath, branch, old, head, Reason, cancellationToken);
        }
        else
        {
            head = old;
        }
        IReadOnlyList<string> files = await plumbing.ChangedPathsAsync(input.RepoPath, snapshot.Head!, left, cancellationToken);
        return await DescribeAsync(input, head, [.. files.Select(f => $"{f} (uncommitted, kept as {wip})"), .. snapshot.LeftOut], cancellationToken);
    }

    /// <summary>Lets HEAD and index say what the branch now says, so that a resumed agent goes on from there.</summary>
    private async Task FollowAsync(
        WorktreeFolder worktree, string branch, WorktreeSnapshot snapshot, CancellationToken cancellationToken)
    {
        await git.RunAsync(
            new GitCommand(worktree.Path, "symbolic-ref", "-m", Reason, "HEAD", branch) { Environment = worktree.Environment }, cancellationToken);
        File.Move(snapshot.IndexFile, worktree.Index, overwrite: true);
    }

    private async Task<CommittedWork> DescribeAsync(
        CommitWorkInput input, string head, IReadOnlyList<string> leftOut, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> files = await plumbing.ChangedPathsAsync(input.RepoPath, input.BaseCommit, head, cancellationToken);
        return files.Count > 0
            ? new CommittedWork(head, true, files, leftOut)
            : new CommittedWork(input.BaseCommit, false, [], leftOut);
    }

    private static string SessionOf(string branch) => branch[(branch.LastIndexOf('/') + 1)..];
}
