using System.Text;

namespace Orchestra.Activities.Git;

/// <summary>Cuts the conflicted places out of files with conflict markers, for people and agents to read.</summary>
public sealed class ConflictHunks(BlobReader blobs)
{
    public const int MaxLength = 16 * 1024;
    private const int Context = 3;

    /// <summary>Per path the hunks of the file in the tree; null when the file has no marker (or is not there), empty when it is binary.</summary>
    public async Task<IReadOnlyList<string?>> ReadAsync(
        string repoPath, string tree, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        IReadOnlyList<ReadOnlyMemory<byte>?> contents = await blobs.ReadAsync(
            repoPath, [.. paths.Select(path => $"{tree}:{path}")], null, cancellationToken);
        return [.. contents.Select(content => content is { } found ? Of(found.Span) : null)];
    }

    /// <summary>The hunks of one file with three lines of context, cut at 16 KB.</summary>
    public static string? Of(ReadOnlySpan<byte> content)
    {
        if (content.Contains((byte)0))
            return "";
        string[] lines = Encoding.UTF8.GetString(content).Split('\n');
        var shown = new SortedSet<int>();
        int start = -1;
        for (int line = 0; line < lines.Length; line++)
        {
            if (start < 0 && ConflictMarkers.IsStart(lines[line]))
                start = line;
            if (start < 0 || !ConflictMarkers.IsEnd(lines[line]))
                continue;
            shown.UnionWith(Enumerable.Range(start - Context, line - start + 1 + (2 * Context)));
            start = -1;
        }

        return shown.Count == 0 ? null : Text(lines, shown);
    }

    /// <summary>The number of places with markers; a file without one, or a binary one, is one place.</summary>
    public static int Count(ReadOnlySpan<byte> content)
    {
        int count = content.StartsWith("<<<<<<< "u8) ? 1 : 0;
        for (int at = content.IndexOf("\n<<<<<<< "u8); at >= 0; at = content.IndexOf("\n<<<<<<< "u8))
        {
            count++;
            content = content[(at + 1)..];
        }

        return Math.Max(1, count);
    }

    private static string Text(string[] lines, SortedSet<int> shown)
    {
        var text = new StringBuilder();
        int previous = -1;
        foreach (int line in shown.Where(line => line >= 0 && line < lines.Length))
        {
            if (previous >= 0 && line > previous + 1)
                text.Append("...\n");
            text.Append(lines[line]).Append('\n');
            previous = line;
            if (text.Length > MaxLength)
                return text.ToString(0, MaxLength);
        }

        return text.ToString();
    }
}
