namespace Orchestra.Activities.Git;

/// <param name="Path">The work tree.</param>
/// <param name="Record">Its administration inside the repository: HEAD and index.</param>
/// <param name="Common">The repository's shared git folder.</param>
public sealed record WorktreeFolder(string Path, string Record, string Common)
{
    public string Index => System.IO.Path.Combine(Record, "index");

    /// <summary>
    /// False when making it was interrupted: <c>worktree add</c> locks the worktree while it registers it, and the checkout writes the
    /// index last.
    /// </summary>
    public bool IsWhole =>
        Directory.Exists(Path) && File.Exists(Index) && !IsInitializing(System.IO.Path.Combine(Record, "locked"));

    /// <summary>Pins git to this worktree, whatever an agent did to its <c>.git</c> file.</summary>
    public Dictionary<string, string> Environment => new() { ["GIT_DIR"] = Record, ["GIT_WORK_TREE"] = Path };

    private static bool IsInitializing(string lockFile) =>
        File.Exists(lockFile) && File.ReadAllText(lockFile).StartsWith("initializing", StringComparison.Ordinal);
}
