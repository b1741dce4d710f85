namespace Orchestra.Activities.Git;

/// <param name="Path">The work tree.</param>
/// <param name="GitFolder">Its own git folder; null when the work tree is missing.</param>
public sealed record Checkout(string Path, string? GitFolder);

/// <summary>Where a branch is checked out, or will be again when a rebase or bisect there ends.</summary>
public sealed class Checkouts(GitCli git, WorktreeRecords records)
{
    public async Task<IReadOnlyList<Checkout>> OfAsync(string repoPath, string branch, CancellationToken cancellationToken)
    {
        GitResult list = await records.RunAsync(new GitCommand(repoPath, "worktree", "list", "--porcelain", "-z"), cancellationToken);
        var checkouts = new List<Checkout>();
        foreach (string block in list.Text.Split("\0\0", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = block.Split('\0', StringSplitOptions.RemoveEmptyEntries);
            string path = lines[0]["worktree ".Length..];
            if (lines.Contains("bare"))
                continue;
            string? folder = Directory.Exists(path) ? await GitFolderAsync(path, cancellationToken) : null;
            if (lines.Contains($"branch {branch}") || (folder is not null && GitOperation.BranchToReturnTo(folder) == branch))
                checkouts.Add(new Checkout(path, folder));
        }

        return checkouts;
    }

    private async Task<string?> GitFolderAsync(string path, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(
            new GitCommand(path, "rev-parse", "--absolute-git-dir") { ExitCodes = [0, 128] }, cancellationToken);
        return result.ExitCode == 0 ? result.Line : null;
    }
}
