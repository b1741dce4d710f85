using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestra.Dashboard.Diff;

/// <summary>Reads git's unified diffs; what is cut off at the end is shown as far as it goes.</summary>
public static partial class DiffReader
{
    public static IReadOnlyList<DiffFile> Read(string diff)
    {
        var files = new List<DiffFile>();
        var notes = new List<string>();
        var lines = new List<DiffLine>();
        string? path = null;
        int before = 0, after = 0, oldLeft = 0, newLeft = 0;
        foreach (string line in diff.Split('\n'))
        {
            // Inside a hunk its counts say what is content, whatever it looks like.
            if (oldLeft > 0 || newLeft > 0)
                AddContent(line);
            else if (line.StartsWith("diff --git ", StringComparison.Ordinal))
                Begin(line);
            else if (path is not null)
                AddHead(line);
        }

        Close();
        return files;

        void Begin(string line)
        {
            Close();
            int middle = line.IndexOf(" b/", StringComparison.Ordinal);
            path = middle < 0 ? line["diff --git ".Length..] : line[(middle + 3)..].TrimEnd('"');
        }

        void AddHead(string line)
        {
            if (HunkHead().Match(line) is { Success: true } head)
            {
                before = Number(head.Groups[1], 0);
                oldLeft = Number(head.Groups[2], 1);
                after = Number(head.Groups[3], 0);
                newLeft = Number(head.Groups[4], 1);
                lines.Add(new DiffLine(DiffLineKind.Hunk, line, null, null));
            }
            else if (line.StartsWith("+++ b/", StringComparison.Ordinal))
            {
                path = line["+++ b/".Length..];
            }
            else if (line.Length > 0 && line[0] is not ('\\' or '-' or '+') && !line.StartsWith("index ", StringComparison.Ordinal))
            {
                notes.Add(line);
            }
        }

        void AddContent(string line)
        {
            char sign = line.Length > 0 ? line[0] : ' ';
            if (sign == '\\')
                return;
            string text = line.Length > 0 ? line[1..] : "";
            if (sign == '+')
                lines.Add(new DiffLine(DiffLineKind.Added, text, null, after++));
            else if (sign == '-')
                lines.Add(new DiffLine(DiffLineKind.Removed, text, before++, null));
            else
                lines.Add(new DiffLine(DiffLineKind.Context, text, before++, after++));
            oldLeft -= sign == '+' ? 0 : 1;
            newLeft -= sign == '-' ? 0 : 1;
        }

        void Close()
        {
            if (path is not null)
                files.Add(new DiffFile(path, [.. notes], [.. lines]));
            path = null;
            notes.Clear();
            lines.Clear();
            oldLeft = newLeft = 0;
        }
    }

    private static int Number(Group group, int standard) => group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : standard;

    [GeneratedRegex(@"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")]
    private static partial Regex HunkHead();
}
