namespace Orchestra.Activities.Git;

/// <summary>Changed paths and their folders: a file on one side and a folder of the same name on the other conflict, too.</summary>
internal sealed class ChangedPaths
{
    private readonly HashSet<string> paths;
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);

    public ChangedPaths(IReadOnlyList<string> changed)
    {
        paths = new HashSet<string>(changed, StringComparer.Ordinal);
        foreach (string path in changed)
        {
            for (int slash = path.LastIndexOf('/'); slash > 0 && folders.Add(path[..slash]); slash = path.LastIndexOf('/', slash - 1))
            {
            }
        }
    }

    public bool Touches(ChangedPaths other) =>
        paths.Overlaps(other.paths) || paths.Overlaps(other.folders) || folders.Overlaps(other.paths);
}
