namespace Orchestra.Activities.Git;

/// <summary>Merges in memory: no work tree, no index, no ref.</summary>
public sealed class TrialMerger(GitCli git)
{
    /// <exception cref="GitException">The merge could not be tried, for example because a commit is missing.</exception>
    public async Task<TrialMerge> TryAsync(
        string repoPath, string ours, string theirs, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        // Without --write-tree git takes three arguments as the old trivial merge, which exits 0 over conflicts.
        var command = new GitCommand(repoPath, "merge-tree", "--write-tree", "-z", "--name-only", "--messages", ours, theirs)
        {
            ExitCodes = [0, 1],
            Environment = environment ?? new Dictionary<string, string>(),
        };
        GitResult result = await git.RunAsync(command, cancellationToken);

        // A missing commit exits with 1, too; only a conflict has written a tree.
        string text = result.Text;
        int end = text.IndexOf('\0');
        if (end < 0 || !GitNames.IsObjectId(text[..end]))
            throw new GitException(command.ToString(), result.ExitCode, result.Error);
        return TrialMerge.Parse(result.ExitCode == 0, text);
    }
}
