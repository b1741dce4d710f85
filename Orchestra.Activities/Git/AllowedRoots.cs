using Orchestra.Core;
using Orchestra.Core.Configuration;

namespace Orchestra.Activities.Git;

/// <summary>
/// The folders that repositories may lie in, from <c>allowed_repo_roots</c>; none configured: any. Links are resolved on both
/// sides, so that neither a link in a root leads out of it nor a repository's git folder lies elsewhere.
/// </summary>
public sealed class AllowedRoots(OrchestraConfig? config = null)
{
    private readonly IReadOnlyList<string> roots = config?.AllowedRepoRoots ?? [];

    /// <exception cref="InputProblem">The path is in none of the roots.</exception>
    public void Check(string field, string path)
    {
        if (roots.Count == 0)
            return;
        string real = Real(field, path);
        if (!roots.Any(root => IsWithin(Real(field, root), real)))
        {
            throw new InputProblem(field,
                $"{path} is not in a folder that this host may work in. Add its folder to allowed_repo_roots in config/orchestra.yml; allowed are: {string.Join(", ", roots)}.");
        }
    }

    private static bool IsWithin(string root, string path) =>
        path == root || path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Real(string field, string path)
    {
        try
        {
            return RealPath.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputProblem(field, $"{path} cannot be followed to its end: {e.Message}");
        }
    }
}
