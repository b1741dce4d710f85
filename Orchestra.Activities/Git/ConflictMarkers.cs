namespace Orchestra.Activities.Git;

/// <summary>The lines that git puts around the two sides of a conflict: seven characters, or more by the attribute conflict-marker-size.</summary>
public static class ConflictMarkers
{
    public static bool IsStart(string line) => IsMarker(line, '<');

    public static bool IsEnd(string line) => IsMarker(line, '>');

    /// <summary>Whether a file still has a marker; a file that is gone has none.</summary>
    public static bool RemainIn(string path) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null } && File.ReadLines(path).Any(line => IsStart(line) || IsEnd(line));

    private static bool IsMarker(string line, char sign)
    {
        int length = line.AsSpan().IndexOfAnyExcept(sign);
        return length >= 7 && line[length] == ' '; // -1 when there is nothing else
    }
}
