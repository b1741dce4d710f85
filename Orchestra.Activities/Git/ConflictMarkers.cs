namespace Orchestra.Activities.Git;

/// <summary>The lines that git puts around the two sides of a conflict.</summary>
public static class ConflictMarkers
{
    public static bool IsStart(string line) => line.StartsWith("<<<<<<< ", StringComparison.Ordinal);

    public static bool IsEnd(string line) => line.StartsWith(">>>>>>> ", StringComparison.Ordinal);

    /// <summary>Whether a file still has a marker; a file that is gone has none.</summary>
    public static bool RemainIn(string path) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null } && File.ReadLines(path).Any(line => IsStart(line) || IsEnd(line));
}
