using Orchestra.Activities.Git;
using Orchestra.Core;

namespace Orchestra.Activities.Sessions;

/// <summary>A place that still holds a session's work.</summary>
/// <param name="Kind">worktree, kept, branch or wip.</param>
/// <param name="Name">The ref, or the worktree's path.</param>
public sealed record RecoverySource(string Kind, string Name, string? Commit, DateTimeOffset? CommittedAt);

/// <param name="Commit">What brings back most; null when only the worktree is left.</param>
public sealed record SessionRecovery(string? Commit, IReadOnlyList<RecoverySource> Sources);

/// <summary>Finds whatever is left of a session's work, without touching any of it.</summary>
public sealed class SessionRecoverer(GitCli git, GitPlumbing plumbing)
{
    public async Task<SessionRecovery> FindAsync(string repoPath, string sessionId, string? worktreePath, CancellationToken cancellationToken)
    {
        GitNames.WorkId(sessionId);
        var sources = new List<RecoverySource>();
        if (worktreePath is not null && Directory.Exists(worktreePath))
            sources.Add(new RecoverySource("worktree", worktreePath, null, null));
        RecoverySource? kept = await OfRefAsync(repoPath, "kept", RefNames.Kept(sessionId), cancellationToken);
        RecoverySource? branch = await OfRefAsync(repoPath, "branch", RefNames.TeamBranch(sessionId), cancellationToken);
        RecoverySource? wip = await OfRefAsync(repoPath, "wip", RefNames.Wip(sessionId), cancellationToken);
        sources.AddRange(new[] { kept, branch, wip }.OfType<RecoverySource>());
        sources.AddRange(await OfPartsAsync(repoPath, sessionId, cancellationToken));

        // A kept ref has the uncommitted work, too, unless the branch has gone on since.
        bool keptIsAll = kept is not null && (branch is null || await plumbing.IsAncestorAsync(repoPath, branch.Commit!, kept.Commit!, cancellationToken));
        return new SessionRecovery((keptIsAll ? kept : branch ?? wip)?.Commit, sources);
    }

    /// <summary>Refs of a part of the session's work: of one teammate, or its merge with the fixes that were tried on it.</summary>
    private async Task<IEnumerable<RecoverySource>> OfPartsAsync(string repoPath, string sessionId, CancellationToken cancellationToken)
    {
        GitResult found = await git.RunAsync(
            new GitCommand(repoPath, "for-each-ref", "--format=%(refname)", RefNames.Kept(sessionId) + "-*"), cancellationToken);
        var parts = new List<RecoverySource>();
        foreach (string name in found.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (await OfRefAsync(repoPath, "kept", name, cancellationToken) is { } part)
                parts.Add(part);
        }

        return parts;
    }

    private async Task<RecoverySource?> OfRefAsync(string repoPath, string kind, string name, CancellationToken cancellationToken)
    {
        GitResult found = await git.RunAsync(
            new GitCommand(repoPath, "for-each-ref", "--format=%(objectname) %(committerdate:unix)", name), cancellationToken);
        return found.Line.Split(' ') is [{ Length: > 0 } commit, { } seconds]
            ? new RecoverySource(kind, name, commit, DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)))
            : null;
    }
}
