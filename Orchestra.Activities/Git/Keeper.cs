using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Puts what would get lost under <c>refs/orchestra/kept/</c>.</summary>
public sealed class Keeper(GitPlumbing plumbing, Worktrees worktrees, WorktreeSnapshots snapshots)
{
    /// <summary>Keeps a session's commits and its uncommitted files.</summary>
    /// <returns>The kept commit, or null when the session has neither branch nor worktree.</returns>
    public async Task<string?> KeepAsync(KeepWorkInput input, CancellationToken cancellationToken)
    {
        string branch = RefNames.TeamBranch(GitNames.WorkId(input.SessionId));
        string? head = await plumbing.ResolveAsync(input.RepoPath, branch, cancellationToken);
        WorktreeFolder? worktree = input.WorktreePath is null
            ? null
            : await worktrees.FindAsync(input.RepoPath, input.WorktreePath, cancellationToken);
        string? work = worktree is null || !Directory.Exists(worktree.Path)
            ? head
            : await snapshots.TakeAsync(
                worktree, everything: true, snapshot => CommitAsync(input, head, snapshot, cancellationToken), cancellationToken);
        return work is null || work == input.Base || await IsTakenAsync(input, work, cancellationToken) ? null : await AddAsync(input.RepoPath, input.SessionId, work, input.Date, cancellationToken);
    }

    /// <summary>Lets the session's kept ref reach the commit, and all that it reached before.</summary>
    public async Task<string> AddAsync(string repoPath, string sessionId, string commit, DateTime date, CancellationToken cancellationToken)
    {
        string name = RefNames.Kept(sessionId);
        string? kept = await plumbing.ResolveAsync(repoPath, name, cancellationToken);
        if (kept is not null && await plumbing.IsAncestorAsync(repoPath, commit, kept, cancellationToken))
            return kept;
        if (kept is not null && !await plumbing.IsAncestorAsync(repoPath, kept, commit, cancellationToken))
            commit = await plumbing.CommitTreeAsync(repoPath, commit + "^{tree}", [commit, kept], "Kept work", date, cancellationToken);
        await plumbing.MoveRefAsync(repoPath, name, kept, commit, "agent-orchestra: keep", cancellationToken);
        return commit;
    }

    private async Task<bool> IsTakenAsync(KeepWorkInput input, string work, CancellationToken cancellationToken) =>
        input.Taken is { } taken
        && await plumbing.ResolveAsync(input.RepoPath, work + "^{tree}", cancellationToken) == await plumbing.ResolveAsync(input.RepoPath, taken + "^{tree}", cancellationToken);

    private async Task<string?> CommitAsync(KeepWorkInput input, string? head, WorktreeSnapshot snapshot, CancellationToken cancellationToken)
    {
        // The agent may have committed on a HEAD of its own.
        List<string> parents = [.. new[] { head, snapshot.Head }.OfType<string>().Distinct()];
        if (parents.Count == 2 && await plumbing.IsAncestorAsync(input.RepoPath, parents[1], parents[0], cancellationToken))
            parents.RemoveAt(1);
        if (parents.Count == 0)
            return null;
        if (parents.Count == 1 && await plumbing.ResolveAsync(input.RepoPath, parents[0] + "^{tree}", cancellationToken) == snapshot.Tree)
            return parents[0];
        return await plumbing.CommitTreeAsync(
            input.RepoPath, snapshot.Tree, parents, $"Kept work of {input.SessionId}", input.Date, cancellationToken);
    }
}
