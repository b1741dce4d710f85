using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Hands a conflicted merge to an agent and takes its resolution.</summary>
public sealed class ConflictWork(
    GitCli git, GitPlumbing plumbing, Worktrees worktrees, WorktreeSnapshots snapshots, StaleLocks locks, TrialMerger trial, ConflictHunks hunks)
{
    public async Task<LaidOutWorktree> LayOutAsync(LayOutConflictInput input, CancellationToken cancellationToken)
    {
        string theirs = GitNames.CommitId(input.Theirs);
        WorktreeFolder worktree = await worktrees.RecreateAsync(input.RepoPath, input.WorkId, input.Ours, cancellationToken);
        var merge = new GitCommand(worktree.Path, "merge", "--no-commit", "--no-ff", "--no-autostash", "--no-stat", "--quiet", theirs)
        {
            Environment = worktree.Environment,
            ExitCodes = [0, 1],
        };
        GitResult result = await git.RunAsync(merge, cancellationToken);
        if (!File.Exists(Path.Combine(worktree.Record, "MERGE_HEAD")))
            throw new GitException(merge.ToString(), result.ExitCode, result.Error);
        return new LaidOutWorktree(worktree.Path);
    }

    public async Task<ConcludedWork> ConcludeAsync(ConcludeConflictInput input, CancellationToken cancellationToken)
    {
        GitNames.CommitId(input.Ours);
        GitNames.CommitId(input.Theirs);
        WorktreeFolder? worktree = await worktrees.FindAsync(input.RepoPath, input.WorktreePath, cancellationToken);
        if (worktree is null || !Directory.Exists(worktree.Path))
            return new ConcludedWork(null, $"The worktree {input.WorktreePath} is gone; lay the conflict out again.");
        locks.Remove(worktree);
        return await snapshots.TakeAsync(
            worktree, everything: false, snapshot => ConcludeAsync(input, worktree, snapshot, cancellationToken), cancellationToken);
    }

    private async Task<ConcludedWork> ConcludeAsync(
        ConcludeConflictInput input, WorktreeFolder worktree, WorktreeSnapshot snapshot, CancellationToken cancellationToken)
    {
        TrialMerge merge = await trial.TryAsync(input.RepoPath, input.Ours, input.Theirs, null, cancellationToken);
        HashSet<string> conflicted = new(input.ConflictedPaths.Concat(merge.Paths), StringComparer.Ordinal);
        IReadOnlyList<string> changed = await plumbing.ChangedPathsAsync(input.RepoPath, merge.Tree, snapshot.Tree, cancellationToken);
        string? objection = MarkersLeft(worktree, conflicted)
            ?? ChangedElsewhere(changed, conflicted, input.MayChange ?? [])
            ?? await UnsettledAsync(input.RepoPath, merge, snapshot, changed, cancellationToken);
        if (objection is not null)
            return new ConcludedWork(null, objection);

        string commit = await plumbing.CommitTreeAsync(
            input.RepoPath, snapshot.Tree, [input.Ours, input.Theirs], input.Message, input.Date, cancellationToken);
        if (input.MoveRef)
        {
            await plumbing.MoveRefAsync(
                input.RepoPath, input.IntegrationRef, input.Ours, commit, "agent-orchestra: resolved merge", cancellationToken);
        }

        return new ConcludedWork(commit, null);
    }

    private static string? MarkersLeft(WorktreeFolder worktree, IEnumerable<string> conflicted)
    {
        List<string> marked = [.. conflicted.Where(path => ConflictMarkers.RemainIn(Path.Combine(worktree.Path, path)))];
        return marked.Count == 0 ? null : $"Conflict markers are left in {string.Join(", ", marked)}.";
    }

    private static string? ChangedElsewhere(IReadOnlyList<string> changed, HashSet<string> conflicted, IReadOnlyList<string> mayChange)
    {
        List<string> elsewhere = [.. changed.Where(path => !conflicted.Contains(path) && !IsMovedAside(path, conflicted) && !PathPattern.AnyMatches(mayChange, path))];
        return elsewhere.Count == 0
            ? null
            : $"Only the conflicted files may change, but these changed as well: {string.Join(", ", elsewhere)}.";
    }

    /// <summary>
    /// "path~side" is where git puts a file whose name is taken by a folder; the side is named differently in memory and in a worktree.
    /// </summary>
    private static bool IsMovedAside(string path, HashSet<string> conflicted)
    {
        int tilde = path.LastIndexOf('~');
        return tilde > 0
            && conflicted.Any(other => other == path[..tilde] || other.StartsWith(path[..(tilde + 1)], StringComparison.Ordinal));
    }

    /// <summary>A conflict without markers (binary, deleted here and changed there) that nobody touched or staged is not resolved.</summary>
    private async Task<string?> UnsettledAsync(
        string repoPath, TrialMerge merge, WorktreeSnapshot snapshot, IReadOnlyList<string> changed, CancellationToken cancellationToken)
    {
        List<string> untouched = [.. merge.Paths.Intersect(snapshot.Unmerged).Except(changed)];
        IReadOnlyList<string?> markers = await hunks.ReadAsync(repoPath, merge.Tree, untouched, cancellationToken);
        List<string> unsettled = [.. untouched.Zip(markers).Where(pair => string.IsNullOrEmpty(pair.Second)).Select(pair => pair.First)];
        return unsettled.Count == 0
            ? null
            : $"Nothing was decided for {string.Join(", ", unsettled)}; settle each with 'git add' or 'git rm'.";
    }
}
