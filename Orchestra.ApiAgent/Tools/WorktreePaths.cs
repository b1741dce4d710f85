namespace Orchestra.ApiAgent.Tools;

/// <summary>Lets through only paths inside the worktree, links resolved, and none of git's own.</summary>
internal sealed class WorktreePaths(string root)
{
    private const int MaxLinks = 40;

    private readonly string root = Real(Path.GetFullPath(root), 0);

    /// <exception cref="ToolProblem">The path leads elsewhere.</exception>
    public string Resolve(string path)
    {
        if (path.Length == 0 || path.Contains('\0')) throw new ToolProblem("The path is empty.");
        string real = Real(Path.GetFullPath(path, root), 0);
        if (real != root && !real.StartsWith(root + '/', StringComparison.Ordinal))
            throw new ToolProblem($"{path} is outside of the worktree {root}.");
        if (real[root.Length..].Split('/').Contains(".git", StringComparer.OrdinalIgnoreCase))
            throw new ToolProblem($"{path} is git's own. Use git commands.");
        return real;
    }

    // Link by link, from the top: the framework resolves only the last part of a path.
    private static string Real(string path, int links)
    {
        string done = "/";
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length; i++)
        {
            string next = Path.Combine(done, parts[i]);
            if (new FileInfo(next).LinkTarget is { } target)
            {
                if (links == MaxLinks) throw new ToolProblem($"{path} has too many links.");
                return Real(Path.GetFullPath(Path.Combine([target, .. parts[(i + 1)..]]), done), links + 1);
            }
            done = next;
        }
        return done;
    }
}
