using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Sessions;

/// <summary>Merges one session into its target by the pipeline's rules: in memory, then a compare-and-swap fast-forward. Safe to repeat.</summary>
public sealed class SessionMerger(
    GitPlumbing plumbing, Worktrees worktrees, WorktreeRemover remover, WorkCommitter committer, TrialMerger trial, ConflictHunks hunks, Lander lander, Keeper keeper)
{
    private const int MaxAttempts = 5;

    /// <param name="leftBehind">Message for what lies uncommitted in the worktree.</param>
    public async Task<SessionMergeOutcome> MergeAsync(
        SessionWork session, string message, string leftBehind, DateTime date, CancellationToken cancellationToken)
    {
        (string? head, bool hasRest) = await HeadAsync(session, leftBehind, date, cancellationToken);
        if (head is null)
            return new SessionMergeOutcome(null, "", [], await NothingToMergeAsync(session, cancellationToken));
        if (head == session.BaseCommit)
            return new SessionMergeOutcome(null, head, [], "The session changed nothing, so there is nothing to merge.");

        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            (SessionMergeOutcome? outcome, string? commit) = await TryMergeAsync(session, head, message, date, cancellationToken);
            if (outcome is not null)
                return outcome;
            LandOutcome landing = await lander.LandAsync(new LandInput(session.RepoPath, session.TargetBranch, commit!), cancellationToken);
            if (landing.Status == LandingStatus.Blocked)
                return new SessionMergeOutcome(null, head, [], landing.Reason!.Replace("approve the landing again", "merge again", StringComparison.Ordinal));
            if (landing.Status == LandingStatus.Landed)
            {
                string? stays = await RemoveWorktreeAsync(session, hasRest, date, cancellationToken);
                return new SessionMergeOutcome(commit, head, [], WorktreeStays: stays);
            }
        }

        return new SessionMergeOutcome(null, head, [], $"{GitNames.ShortBranch(session.TargetBranch)} keeps moving; merge again when it is quiet.");
    }

    /// <returns>Either the final outcome, or the merge commit to land.</returns>
    private async Task<(SessionMergeOutcome? Outcome, string? Commit)> TryMergeAsync(
        SessionWork session, string head, string message, DateTime date, CancellationToken cancellationToken)
    {
        string? target = await plumbing.ResolveAsync(session.RepoPath, GitNames.FullBranch(session.TargetBranch), cancellationToken);
        if (target is null)
            return (new SessionMergeOutcome(null, head, [], $"The branch {GitNames.ShortBranch(session.TargetBranch)} does not exist any more; bring it back and merge again."), null);
        // The effect of an earlier call whose caller did not learn of it, or of the person's own merge.
        if (await plumbing.IsAncestorAsync(session.RepoPath, head, target, cancellationToken))
            return (null, target);
        TrialMerge merge = await trial.TryAsync(session.RepoPath, target, head, null, cancellationToken);
        if (!merge.Clean)
        {
            IReadOnlyList<string?> found = await hunks.ReadAsync(session.RepoPath, merge.Tree, merge.Paths, cancellationToken);
            return (new SessionMergeOutcome(null, head, [.. merge.Paths.Zip(
                found, (path, text) => new ConflictedFile(path, text ?? merge.Messages.GetValueOrDefault(path) ?? ""))]), null);
        }

        return (null, await plumbing.CommitTreeAsync(session.RepoPath, merge.Tree, [target, head], message, date, cancellationToken));
    }

    private async Task<(string? Head, bool HasRest)> HeadAsync(SessionWork session, string leftBehind, DateTime date, CancellationToken cancellationToken)
    {
        string branch = RefNames.TeamBranch(GitNames.WorkId(session.SessionId));
        if (session.WorktreePath is not null && await worktrees.FindAsync(session.RepoPath, session.WorktreePath, cancellationToken) is { IsWhole: true })
        {
            CommittedWork work = await committer.CommitAsync(
                new CommitWorkInput(session.RepoPath, session.WorktreePath, branch, session.BaseCommit, leftBehind, date), cancellationToken);
            return (work.HeadCommit, work.LeftOut.Count > 0);
        }

        // Never the kept ref: it also has what was left out of the branch, such as secrets.
        string? head = await plumbing.ResolveAsync(session.RepoPath, branch, cancellationToken);
        if (head is null && session.HeadCommit is { } recorded)
            head = await plumbing.ResolveAsync(session.RepoPath, recorded + "^{commit}", cancellationToken);
        return (head, false);
    }

    private async Task<string> NothingToMergeAsync(SessionWork session, CancellationToken cancellationToken)
    {
        string kept = RefNames.Kept(session.SessionId);
        if (await plumbing.ResolveAsync(session.RepoPath, kept, cancellationToken) is null)
            return "Nothing is left of the session's work.";
        string branch = GitNames.ShortBranch(RefNames.TeamBranch(session.SessionId));
        return $"The branch {branch} is gone, and {kept} may also have files that were left out of it, such as secrets, so it is not merged. "
            + $"'orchestra recover {session.SessionId}' shows what is there; bring back with 'git branch {branch} COMMIT' what is to be merged, and merge again.";
    }

    /// <summary>The work is on the target; what was not committed (secrets, large files) is kept.</summary>
    private async Task<string?> RemoveWorktreeAsync(SessionWork session, bool hasRest, DateTime date, CancellationToken cancellationToken)
    {
        if (session.WorktreePath is null)
            return null;
        if (hasRest)
            await keeper.KeepAsync(new KeepWorkInput(session.RepoPath, session.SessionId, session.WorktreePath, date), cancellationToken);
        return await remover.RemoveAsync(session.RepoPath, session.WorktreePath, cancellationToken);
    }
}
