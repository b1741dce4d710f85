using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents;

/// <summary>Takes an agent's worktree back to where it began, after a crash left half-done work in it.</summary>
internal sealed class AgentWorktree(
    GitCli git, GitPlumbing plumbing, Worktrees worktrees, WorktreeSnapshots snapshots, StaleLocks locks, TimeProvider time)
{
    /// <summary>The state before is kept under <c>refs/orchestra/wip/</c>; the agent's own processes must be gone.</summary>
    public async Task TakeBackAsync(AgentRun run, string commit, CancellationToken cancellationToken)
    {
        // Only what the repository records as a worktree: never the checkout that may enclose the folder.
        WorktreeFolder folder = await worktrees.FindAsync(run.RepoPath, run.WorktreePath, cancellationToken)
            ?? throw new InvalidOperationException($"{run.WorktreePath} is no worktree of {run.RepoPath}.");
        locks.Remove(folder);
        string snapshot = await snapshots.TakeAsync(folder, everything: true, s => CommitAsync(run, s, commit, cancellationToken), cancellationToken);
        await git.RunAsync(new GitCommand(run.RepoPath, "update-ref", "--create-reflog", RefNames.Wip(run.SessionId ?? run.RunId), snapshot), cancellationToken);

        await GitAsync(folder, cancellationToken, "reset", "--quiet", "--hard", GitNames.CommitId(commit));
        // Ignored files stay for warm builds, nested repositories because no snapshot holds them.
        await GitAsync(folder, cancellationToken, "clean", "--quiet", "-f", "-d");
    }

    /// <summary>Snapshots of what the agent has not committed, while it works.</summary>
    public WorkInProgress Follow(AgentRun run) => new(run, git, plumbing, worktrees, snapshots, time);

    /// <summary>For an agent that goes on: what its killed git left locked is opened, nothing else is touched.</summary>
    public async Task UnlockAsync(AgentRun run, CancellationToken cancellationToken)
    {
        if (await worktrees.FindAsync(run.RepoPath, run.WorktreePath, cancellationToken) is { } folder) locks.Remove(folder);
    }

    private Task<string> CommitAsync(AgentRun run, WorktreeSnapshot snapshot, string commit, CancellationToken cancellationToken) =>
        plumbing.CommitTreeAsync(
            run.RepoPath, snapshot.Tree, [snapshot.Head ?? commit], $"Work in progress of {run.RunId} before it starts over\n",
            time.GetUtcNow().UtcDateTime, cancellationToken);

    private Task<GitResult> GitAsync(WorktreeFolder folder, CancellationToken cancellationToken, params string[] arguments) =>
        git.RunAsync(new GitCommand(folder.Path, arguments) { Environment = folder.Environment }, cancellationToken);
}
