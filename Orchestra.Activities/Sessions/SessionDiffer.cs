using System.Text;
using Orchestra.Activities.Git;
using Orchestra.Core;

namespace Orchestra.Activities.Sessions;

/// <summary>Shows what a session has done so far, also while its agent is at work: nothing in its worktree is touched.</summary>
public sealed class SessionDiffer(GitCli git, GitPlumbing plumbing, Worktrees worktrees, WorktreeSnapshots snapshots)
{
    public const int MaxBytes = 1024 * 1024;
    private const int MaxStatBytes = 64 * 1024;

    /// <summary>Null when nothing is left of the session: no worktree, no branch, no kept ref.</summary>
    public async Task<SessionDiff?> DiffAsync(SessionWork session, CancellationToken cancellationToken)
    {
        WorktreeFolder? worktree = session.WorktreePath is null
            ? null
            : await worktrees.FindAsync(session.RepoPath, session.WorktreePath, cancellationToken);
        if (worktree is { IsWhole: true })
        {
            return await snapshots.TakeAsync(
                worktree, everything: false, snapshot => DiffAsync(session, snapshot.Tree, snapshot.LeftOut, cancellationToken), cancellationToken);
        }

        string? head = await plumbing.ResolveAsync(session.RepoPath, RefNames.TeamBranch(session.SessionId), cancellationToken)
            ?? await plumbing.ResolveAsync(session.RepoPath, RefNames.Kept(session.SessionId), cancellationToken);
        return head is null ? null : await DiffAsync(session, head, [], cancellationToken);
    }

    private async Task<SessionDiff> DiffAsync(SessionWork session, string to, IReadOnlyList<string> leftOut, CancellationToken cancellationToken)
    {
        GitResult stat = await RunAsync(session, to, ["--stat=120"], MaxStatBytes, cancellationToken);
        GitResult diff = await RunAsync(session, to, ["--patch", "--src-prefix=a/", "--dst-prefix=b/"], MaxBytes, cancellationToken);
        return new SessionDiff(Text(diff), Text(stat), diff.Dropped > 0, leftOut);
    }

    // Neither external diffs nor text converters: the repository's settings could name any program for them.
    private Task<GitResult> RunAsync(SessionWork session, string to, string[] format, int most, CancellationToken cancellationToken) =>
        git.RunAsync(
            new GitCommand(
                session.RepoPath,
                ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", .. format, GitNames.CommitId(session.BaseCommit), to, "--"])
            {
                MaxOutput = most,
            },
            cancellationToken);

    private static string Text(GitResult result)
    {
        if (result.Dropped == 0)
            return result.Text;
        // Whole lines only; the cut may even fall inside a character.
        int end = Array.LastIndexOf(result.Output, (byte)'\n') + 1;
        long missing = result.Dropped + result.Output.Length - end;
        return Encoding.UTF8.GetString(result.Output, 0, end) + $"[cut here: {missing} more bytes]\n";
    }
}
