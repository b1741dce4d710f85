using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents;

/// <summary>Keeps an agent's uncommitted work under <c>refs/orchestra/wip/</c> while it works, through an index of its own: the agent notices nothing.</summary>
internal sealed class WorkInProgress(
    AgentRun run, GitCli git, GitPlumbing plumbing, Worktrees worktrees, WorktreeSnapshots snapshots, TimeProvider time)
{
    private string? lastTree;

    public async Task SnapshotAsync(CancellationToken cancellationToken)
    {
        if (await worktrees.FindAsync(run.RepoPath, run.WorktreePath, cancellationToken) is not { } folder || !Directory.Exists(folder.Path)) return;
        await snapshots.TakeAsync(folder, everything: false, s => KeepAsync(s, cancellationToken), cancellationToken);
    }

    private async Task<bool> KeepAsync(WorktreeSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Head is null || snapshot.Tree == lastTree) return false;
        lastTree = snapshot.Tree;
        // What is committed needs no snapshot.
        if (snapshot.Tree == await plumbing.ResolveAsync(run.RepoPath, snapshot.Head + "^{tree}", cancellationToken)) return false;
        string id = run.SessionId ?? run.RunId;
        string commit = await plumbing.CommitTreeAsync(
            run.RepoPath, snapshot.Tree, [snapshot.Head], $"Work in progress of {run.RunId}\n", time.GetUtcNow().UtcDateTime, cancellationToken);
        await git.RunAsync(new GitCommand(run.RepoPath, "update-ref", "--create-reflog", RefNames.Wip(id), commit), cancellationToken);
        return true;
    }
}
