using System.Text;

namespace Orchestra.Activities.Git;

/// <param name="Mode">0 takes the path out.</param>
public sealed record TreeEntry(string Path, string Mode, string Blob);

/// <summary>Makes trees out of trees through a temporary index; no work tree is involved.</summary>
public sealed class TreeEditor(GitCli git)
{
    public async Task<string> WriteBlobAsync(string repoPath, byte[] content, CancellationToken cancellationToken) =>
        (await git.RunAsync(new GitCommand(repoPath, "hash-object", "-w", "--no-filters", "--stdin") { Input = content }, cancellationToken)).Line;

    /// <summary>The tree with some of its files replaced.</summary>
    public async Task<string> ReplaceAsync(string repoPath, string tree, IReadOnlyList<TreeEntry> entries, CancellationToken cancellationToken)
    {
        string folder = ScratchFolder.Create();
        try
        {
            var environment = new Dictionary<string, string> { ["GIT_INDEX_FILE"] = Path.Combine(folder, "index") };
            await git.RunAsync(new GitCommand(repoPath, "read-tree", tree) { Environment = environment }, cancellationToken);
            await git.RunAsync(
                new GitCommand(repoPath, "update-index", "-z", "--index-info")
                {
                    Environment = environment,
                    Input = Encoding.UTF8.GetBytes(string.Concat(entries.Select(entry => $"{entry.Mode} {entry.Blob}\t{entry.Path}\0"))),
                },
                cancellationToken);
            return (await git.RunAsync(new GitCommand(repoPath, "write-tree") { Environment = environment }, cancellationToken)).Line;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
