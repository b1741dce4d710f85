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
            try
            {
                return await snapshots.TakeAsync(
                    worktree, everything: false, snapshot => DiffAsync(session, snapshot.Tree, snapshot.LeftOut, cancellationToken), cancellationToken);
            }
            catch (Exception) when (!worktree.IsWhole && !cancellationToken.IsCancellationRequested)
            {
                // Removed while it was looked at, which is done once what it held is on the branch or kept.
            }
        }

        if (await plumbing.ResolveAsync(session.RepoPath, RefNames.TeamBranch(session.SessionId), cancellationToken) is { } head)
            return await DiffAsync(session, head, [], cancellationToken);
        if (await plumbing.ResolveAsync(session.RepoPath, RefNames.Kept(session.SessionId), cancellationToken) is not { } kept)
            return null;
        IReadOnlyList<string> secrets = await SecretsAsync(session, kept, cancellationToken);
        return await DiffAsync(session, kept, [.. secrets.Select(path => $"{path} ({StagingRules.Secret})")], cancellationToken, secrets);
    }

    /// <summary>A kept ref also has what was left out of the branch; what looks like a secret is named, not shown.</summary>
    private async Task<IReadOnlyList<string>> SecretsAsync(SessionWork session, string kept, CancellationToken cancellationToken)
    {
        GitResult added = await git.RunAsync(
            new GitCommand(
                session.RepoPath, "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", GitNames.CommitId(session.BaseCommit), kept, "--"),
            cancellationToken);
        return [.. added.Fields.Where(path => StagingRules.LooksSecret(Path.GetFileName(path)))];
    }

    /// <param name="hidden">Paths that are not shown.</param>
    private async Task<SessionDiff> DiffAsync(
        SessionWork session, string to, IReadOnlyList<string> leftOut, CancellationToken cancellationToken, IReadOnlyList<string>? hidden = null)
    {
        string[] paths = [.. (hidden ?? []).Select(path => $":(top,exclude,literal){path}")];
        GitResult stat = await RunAsync(session, to, ["--stat=120"], paths, MaxStatBytes, cancellationToken);
        GitResult diff = await RunAsync(session, to, ["--patch", "--src-prefix=a/", "--dst-prefix=b/"], paths, MaxBytes, cancellationToken);
        return new SessionDiff(Text(diff), Text(stat), diff.Dropped > 0, leftOut);
    }

    // Neither external diffs nor text converters: the repository's settings could name any program for them.
    private Task<GitResult> RunAsync(SessionWork session, string to, string[] format, string[] paths, int most, CancellationToken cancellationToken) =>
        git.RunAsync(
            new GitCommand(
                session.RepoPath,
                ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", .. format, GitNames.CommitId(session.BaseCommit), to, "--", .. paths])
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
