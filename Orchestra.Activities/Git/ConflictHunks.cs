using System.Text;

namespace Orchestra.Activities.Git;

/// <summary>Cuts the conflicted places out of files with conflict markers, for people and agents to read.</summary>
public sealed class ConflictHunks(GitCli git)
{
    public const int MaxLength = 16 * 1024;
    private const int Context = 3;

    /// <summary>Per path the hunks of the file in the tree; null when the file has no marker (or is not there), empty when it is binary.</summary>
    public async Task<IReadOnlyList<string?>> ReadAsync(
        string repoPath, string tree, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return [];
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, "cat-file", "--batch", "-z") { Input = GitCommand.NulSeparated(paths.Select(path => $"{tree}:{path}")) },
            cancellationToken);
        var hunks = new List<string?>(paths.Count);
        ReadOnlyMemory<byte> rest = result.Output;
        foreach (string path in paths)
            hunks.Add(Next(path, tree, ref rest) is { } content ? Of(content.Span) : null);
        return hunks;
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

    // "<object> <type> <size>\n<content>\n", or "<name> missing\n" where the name may itself contain a line break.
    private static ReadOnlyMemory<byte>? Next(string path, string tree, ref ReadOnlyMemory<byte> rest)
    {
        byte[] missing = Encoding.UTF8.GetBytes($"{tree}:{path} missing\n");
        if (rest.Span.StartsWith(missing))
        {
            rest = rest[missing.Length..];
            return null;
        }

        int end = rest.Span.IndexOf((byte)'\n');
        string[] header = Encoding.ASCII.GetString(rest.Span[..end]).Split(' ');
        if (header.Length < 3)
        {
            // A submodule's commit is not in this repository.
            rest = rest[(end + 1)..];
            return null;
        }

        int size = int.Parse(header[2], System.Globalization.CultureInfo.InvariantCulture);
        ReadOnlyMemory<byte> content = rest.Slice(end + 1, size);
        rest = rest[(end + size + 2)..];
        return header[1] == "blob" ? content : null;
    }
}
