using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Sessions;

/// <summary>Takes a session's worktree and branch away, after all that they hold is under its kept ref. Safe to repeat.</summary>
public sealed class SessionDiscarder(GitCli git, GitPlumbing plumbing, WorktreeRemover remover, Checkouts checkouts, Keeper keeper)
{
    public async Task<SessionDiscardOutcome> DiscardAsync(SessionWork session, DateTime date, CancellationToken cancellationToken)
    {
        string kept = RefNames.Kept(GitNames.WorkId(session.SessionId));
        string? commit = await keeper.KeepAsync(new KeepWorkInput(session.RepoPath, session.SessionId, session.WorktreePath, date), cancellationToken)
            ?? await plumbing.ResolveAsync(session.RepoPath, kept, cancellationToken);
        string? stays = session.WorktreePath is null ? null : await remover.RemoveAsync(session.RepoPath, session.WorktreePath, cancellationToken);
        if (commit is not null)
            await DeleteBranchAsync(session, commit, cancellationToken);
        return new SessionDiscardOutcome(kept, commit, stays);
    }

    private async Task DeleteBranchAsync(SessionWork session, string kept, CancellationToken cancellationToken)
    {
        string branch = RefNames.TeamBranch(session.SessionId);
        string? head = await plumbing.ResolveAsync(session.RepoPath, branch, cancellationToken);
        // Somebody may have the branch checked out, or have committed to it since; then it stays.
        if (head is null
            || !await plumbing.IsAncestorAsync(session.RepoPath, head, kept, cancellationToken)
            || (await checkouts.OfAsync(session.RepoPath, branch, cancellationToken)).Count > 0)
            return;
        await git.RunAsync(new GitCommand(session.RepoPath, "update-ref", "-d", branch, head) { ExitCodes = [0, 1, 128] }, cancellationToken);
    }
}
