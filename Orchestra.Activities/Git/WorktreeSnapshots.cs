using Microsoft.Extensions.Logging;
using Orchestra.Core.Configuration;

namespace Orchestra.Activities.Git;

/// <param name="Tree">What the worktree holds, ignored files aside.</param>
/// <param name="Head">The commit that its HEAD names; null when there is none.</param>
/// <param name="LeftOut">"path (reason)" of what was not taken.</param>
/// <param name="Unmerged">Paths that the worktree's index still marks as conflicted.</param>
/// <param name="IndexFile">The temporary index that the tree was written from.</param>
public sealed record WorktreeSnapshot(
    string Tree, string? Head, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Unmerged, string IndexFile);

/// <summary>Writes a worktree's content as a tree through a temporary index: files, index and stash of the worktree stay as they are.</summary>
public sealed class WorktreeSnapshots(GitCli git, RunsConfig config, ILogger<WorktreeSnapshots> logger)
{
    /// <param name="everything">Also takes what <see cref="StagingRules"/> keeps out of commits, for refs that only preserve; never nested repositories.</param>
    /// <param name="use">Runs while the temporary index exists.</param>
    public async Task<T> TakeAsync<T>(
        WorktreeFolder worktree, bool everything, Func<WorktreeSnapshot, Task<T>> use, CancellationToken cancellationToken)
    {
        string index = Path.Combine(worktree.Record, $"orchestra-index-{Guid.NewGuid():N}");
        try
        {
            return await use(await TakeAsync(worktree, everything, index, cancellationToken));
        }
        finally
        {
            // Not there any more: the worktree was removed meanwhile, and they with it.
            if (Directory.Exists(worktree.Record))
            {
                File.Delete(index);
                File.Delete(index + ".lock");
            }
        }
    }

    private async Task<WorktreeSnapshot> TakeAsync(
        WorktreeFolder worktree, bool everything, string index, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(worktree.Environment) { ["GIT_INDEX_FILE"] = index };
        string? head = await HeadAsync(worktree, cancellationToken);
        await CopyIndexAsync(worktree, index, head, environment, cancellationToken);

        GitResult status = await git.RunAsync(
            new GitCommand(worktree.Path, WorktreeStatus.Arguments) { Environment = environment }, cancellationToken);
        List<StatusEntry> entries = [.. WorktreeStatus.Parse(status)];
        var leftOut = new List<(StatusEntry Entry, string Reason)>();
        foreach (StatusEntry entry in entries)
        {
            string? objection = Objection(worktree, entry);
            if (objection is not null && (!everything || IsBeyondRefs(objection)))
                leftOut.Add((entry, objection));
        }

        await StageAsync(worktree, environment, [.. leftOut.Select(item => item.Entry)], head, cancellationToken);
        GitResult tree = await git.RunAsync(new GitCommand(worktree.Path, "write-tree") { Environment = environment }, cancellationToken);
        List<string> named = [.. leftOut.Select(item => $"{item.Entry.Path.TrimEnd('/')} ({item.Reason})")];
        if (named.Count > 0)
            GitLog.LeftOut(logger, worktree.Path, string.Join(", ", named));
        return new WorktreeSnapshot(tree.Line, head, named, [.. entries.Where(entry => entry.IsUnmerged).Select(entry => entry.Path)], index);
    }

    /// <summary>"path (reason)" of what is in a worktree and what no ref can hold: nested repositories with content, and files that cannot be read.</summary>
    public async Task<IReadOnlyList<string>> BeyondRefsAsync(WorktreeFolder worktree, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(worktree.Environment) { ["GIT_OPTIONAL_LOCKS"] = "0" };
        GitResult status = await git.RunAsync(
            new GitCommand(worktree.Path, WorktreeStatus.Arguments) { Environment = environment }, cancellationToken);
        List<string> beyond = [];
        foreach (StatusEntry entry in WorktreeStatus.Parse(status))
        {
            if (Objection(worktree, entry) is { } objection && IsBeyondRefs(objection)
                && (objection != StagingRules.Nested || NestedRepository.HasContent(Path.Combine(worktree.Path, entry.Path))))
                beyond.Add($"{entry.Path.TrimEnd('/')} ({objection})");
        }

        return beyond;
    }

    private string? Objection(WorktreeFolder worktree, StatusEntry entry) =>
        entry.IsSubmodule ? StagingRules.Nested : entry.IsNew ? StagingRules.Objection(worktree.Path, entry.Path, config.Commit.MaxFileMb) : null;

    private static bool IsBeyondRefs(string objection) => objection is StagingRules.Nested or StagingRules.Unreadable;

    private async Task<string?> HeadAsync(WorktreeFolder worktree, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(
            new GitCommand(worktree.Path, "rev-parse", "-q", "--verify", "HEAD^{commit}") { Environment = worktree.Environment, ExitCodes = [0, 1, 128] },
            cancellationToken);
        return result.ExitCode == 0 ? result.Line : null;
    }

    private async Task CopyIndexAsync(
        WorktreeFolder worktree, string index, string? head, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (File.Exists(worktree.Index))
        {
            // The copy spares hashing every file again. It keeps the time, by which git tells files changed in the index's own instant.
            File.Copy(worktree.Index, index);
            File.SetLastWriteTimeUtc(index, File.GetLastWriteTimeUtc(worktree.Index));
            return;
        }

        if (head is not null)
            await git.RunAsync(new GitCommand(worktree.Path, "read-tree", head) { Environment = environment }, cancellationToken);
    }

    private async Task StageAsync(
        WorktreeFolder worktree, Dictionary<string, string> environment, IReadOnlyList<StatusEntry> leftOut, string? head, CancellationToken cancellationToken)
    {
        IEnumerable<string> pathspecs = [":(top)", .. leftOut.Select(entry => $":(top,exclude,literal){entry.Path.TrimEnd('/')}")];
        await git.RunAsync(
            new GitCommand(worktree.Path, "add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul")
            {
                Environment = environment,
                Input = GitCommand.NulSeparated(pathspecs),
            },
            cancellationToken);

        // What the agent itself had staged goes back to what the head commit says of it.
        List<string> staged = [.. leftOut.Where(entry => entry.IsStaged).Select(entry => entry.Path)];
        if (staged.Count == 0)
            return;
        GitCommand unstage = head is null
            ? new GitCommand(worktree.Path, "update-index", "-z", "--force-remove", "--stdin")
            : new GitCommand(worktree.Path, "--literal-pathspecs", "reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", head);
        await git.RunAsync(unstage with { Environment = environment, Input = GitCommand.NulSeparated(staged) }, cancellationToken);
    }
}
