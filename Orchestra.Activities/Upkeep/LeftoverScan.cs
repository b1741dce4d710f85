using Orchestra.Activities.Git;
using Orchestra.Core;

namespace Orchestra.Activities.Upkeep;

/// <summary>Lists our worktrees, branches and snapshots, whoever they belong to. It changes nothing.</summary>
public sealed class LeftoverScan(GitCli git, GitPlumbing plumbing, DataFolder data)
{
    public async Task<IReadOnlyList<Leftover>> FoldersAsync(CancellationToken cancellationToken)
    {
        string parent = Path.GetDirectoryName(data.Worktree("x"))!;
        var found = new List<Leftover>();
        IEnumerable<string> folders = Directory.Exists(parent) ? Directory.GetDirectories(parent).Order(StringComparer.Ordinal) : [];
        foreach (string path in folders)
        {
            string name = Path.GetFileName(path);
            bool removed = name.Contains(".removed-", StringComparison.Ordinal);
            found.Add(new Leftover(removed ? "removed" : "worktree", name, OwnerNames.Of(name), await RepositoryOfAsync(path, cancellationToken), path, null));
        }

        return found;
    }

    public async Task<IReadOnlyList<Leftover>> RefsAsync(string repoPath, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(repoPath))
            return [];
        GitResult refs = await git.RunAsync(
            new GitCommand(repoPath, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/team", "refs/heads/orchestra", "refs/orchestra/wip")
            {
                ExitCodes = [0, 128],
            },
            cancellationToken);
        return [.. refs.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(parts => new Leftover(
            parts[0].StartsWith("refs/orchestra/wip/", StringComparison.Ordinal) ? "wip" : "branch",
            parts[0], OwnerNames.Of(parts[0][(parts[0].LastIndexOf('/') + 1)..]), repoPath, null, parts[1]))];
    }

    /// <summary>A worktree's own file says which repository it belongs to; an agent may have removed it, or the repository is gone.</summary>
    private async Task<string?> RepositoryOfAsync(string path, CancellationToken cancellationToken)
    {
        string pointer = Path.Combine(path, ".git");
        if (!File.Exists(pointer))
            return null;
        string text = (await File.ReadAllTextAsync(pointer, cancellationToken)).Trim();
        int records = text.LastIndexOf("/worktrees/", StringComparison.Ordinal);
        if (!text.StartsWith("gitdir: ", StringComparison.Ordinal) || records < 0 || !Directory.Exists(text[8..records]))
            return null;
        string common = text[8..records];
        try
        {
            string found = await plumbing.CommonFolderAsync(common, cancellationToken);
            // Only what names itself a repository's own folder; the file is the agent's to write.
            return found == common ? common : null;
        }
        catch (GitException)
        {
            return null;
        }
    }
}
