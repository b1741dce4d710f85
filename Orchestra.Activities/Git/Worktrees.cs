using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Makes, finds and removes our worktrees under the data folder.</summary>
public sealed class Worktrees(GitCli git, GitPlumbing plumbing, WorktreeRecords records, DataFolder data, ILogger<Worktrees> logger)
{
    private const string RemovedMark = ".removed-";

    // Checkouts contend for the disk: six at once take five times as long as one after the other.
    private static readonly SemaphoreSlim Adding = new(Environment.ProcessorCount);

    /// <summary>The agent's worktree on its branch; an existing sound one, and an existing branch, are kept as they are.</summary>
    public async Task<Worktree> CreateAsync(CreateWorktreeInput input, CancellationToken cancellationToken)
    {
        string path = data.Worktree(GitNames.WorkId(input.SessionId));
        string branch = RefNames.TeamBranch(input.SessionId);
        string baseCommit = GitNames.CommitId(input.BaseCommit);
        WorktreeFolder? existing = await FindAsync(input.RepoPath, path, cancellationToken);
        if (existing is { IsWhole: true })
            return new Worktree(path, branch);
        if (existing is not null || Path.Exists(path))
        {
            GitLog.HalfMade(logger, path);
            await RemoveAsync(input.RepoPath, path, cancellationToken);
        }

        if (await plumbing.ResolveAsync(input.RepoPath, branch, cancellationToken) is null)
            await plumbing.MoveRefAsync(input.RepoPath, branch, null, baseCommit, "agent-orchestra: branch of the agent", cancellationToken);
        await AddAsync(input.RepoPath, path, ["--", path, GitNames.ShortBranch(branch)], cancellationToken);
        return new Worktree(path, branch);
    }

    /// <summary>A fresh worktree at a commit, without a branch; what was at its place is removed.</summary>
    public async Task<WorktreeFolder> RecreateAsync(string repoPath, string workId, string commit, CancellationToken cancellationToken)
    {
        string path = data.Worktree(GitNames.WorkId(workId));
        await RemoveAsync(repoPath, path, cancellationToken);
        return await AddAsync(repoPath, path, ["--detach", "--", path, GitNames.CommitId(commit)], cancellationToken);
    }

    /// <summary>
    /// The worktree at a path, by the repository's own records and not by the folder's <c>.git</c> file: an agent may have deleted or
    /// replaced that file, and git would then act on whatever repository encloses the folder.
    /// </summary>
    public async Task<WorktreeFolder?> FindAsync(string repoPath, string path, CancellationToken cancellationToken)
    {
        string common = await plumbing.CommonFolderAsync(repoPath, cancellationToken);
        string folder = Path.Combine(common, "worktrees");
        string wanted = Path.Combine(path, ".git");
        foreach (string record in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            if (await PointerAsync(record, cancellationToken) is { } pointer && SamePath(pointer, wanted))
                return new WorktreeFolder(path, record, common);
        }

        return null;
    }

    private static async Task<string?> PointerAsync(string record, CancellationToken cancellationToken)
    {
        try
        {
            string pointer = await File.ReadAllTextAsync(Path.Combine(record, "gitdir"), cancellationToken);
            return Path.GetFullPath(pointer.TrimEnd('\n'), record);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // just being made or removed by somebody else
        }
    }

    /// <summary>Removes a worktree; branches stay. A folder that cannot be deleted is out of the way all the same.</summary>
    public async Task RemoveAsync(string repoPath, string path, CancellationToken cancellationToken)
    {
        if (!IsOurs(path))
        {
            GitLog.ForeignPath(logger, path);
            return;
        }

        // A rename is atomic, so a crash leaves either a whole worktree or none; the slow deletion comes after.
        if (Directory.Exists(path))
            Directory.Move(path, path + RemovedMark + Guid.NewGuid().ToString("N"));
        if (File.Exists(path))
            File.Delete(path);
        try
        {
            await ForgetAsync(repoPath, path, cancellationToken);
        }
        finally
        {
            await Task.Run(() => DeleteRemoved(path), CancellationToken.None);
        }
    }

    // Not 'prune': that would also forget the user's own worktrees on a disk that is not mounted now.
    private async Task ForgetAsync(string repoPath, string path, CancellationToken cancellationToken)
    {
        if (await FindAsync(repoPath, path, cancellationToken) is not null)
            await records.RunAsync(new GitCommand(repoPath, "worktree", "remove", "--force", "--force", "--", path), cancellationToken);
    }

    /// <summary>Registers the worktree and then fills it; until its index is written, at the very end, it counts as half-made.</summary>
    private async Task<WorktreeFolder> AddAsync(string repoPath, string path, string[] what, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await records.RunAsync(new GitCommand(repoPath, ["worktree", "add", "--quiet", "--no-checkout", .. what]), cancellationToken);
        WorktreeFolder worktree = await FindAsync(repoPath, path, cancellationToken)
            ?? throw new InvalidOperationException($"git made no worktree at {path}.");
        await Adding.WaitAsync(cancellationToken);
        try
        {
            await git.RunAsync(
                new GitCommand(path, "reset", "--hard", "--quiet", "--no-recurse-submodules")
                {
                    Environment = worktree.Environment,
                    Timeout = TimeSpan.FromMinutes(30),
                },
                cancellationToken);
            return worktree;
        }
        finally
        {
            Adding.Release();
        }
    }

    private bool IsOurs(string path)
    {
        string folder = Path.GetDirectoryName(data.Worktree("x"))!;
        return Path.GetDirectoryName(Path.GetFullPath(path)) == folder;
    }

    private void DeleteRemoved(string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
            return;
        foreach (string removed in Directory.EnumerateDirectories(parent, Path.GetFileName(path) + RemovedMark + "*"))
            FolderDeletion.TryDelete(removed, logger);
    }

    // git records paths with symbolic links resolved (a data folder under a linked home, /tmp on macOS).
    private static bool SamePath(string recorded, string wanted) =>
        recorded == wanted || recorded == Path.Combine(RealPath.Of(Path.GetDirectoryName(wanted)!), ".git");
}
