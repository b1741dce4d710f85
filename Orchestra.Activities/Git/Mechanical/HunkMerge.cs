namespace Orchestra.Activities.Git.Mechanical;

/// <summary>
/// A three-way merge that keeps both sides' changes as long as no line of the base was changed by both. Git stops where changes
/// touch, or insert at one place; here both are kept, ours first.
/// </summary>
public static class HunkMerge
{
    /// <returns>The merged file, or null when both sides changed the same lines in different ways.</returns>
    public static byte[]? Merge(
        TextLines start, TextLines ours, TextLines theirs, IReadOnlyList<LineEdit> ourEdits, IReadOnlyList<LineEdit> theirEdits)
    {
        var output = new Output(start);
        int line = 0;
        int a = 0;
        int b = 0;
        while (a < ourEdits.Count || b < theirEdits.Count)
        {
            LineEdit? mine = a < ourEdits.Count ? ourEdits[a] : null;
            LineEdit? other = b < theirEdits.Count ? theirEdits[b] : null;
            if (mine is { } x && other is { } y && Meet(x, y))
            {
                ReadOnlyMemory<byte> left = ours.Between(x.From, x.To);
                ReadOnlyMemory<byte> right = theirs.Between(y.From, y.To);
                bool same = left.Span.SequenceEqual(right.Span) && (x.Start, x.End) == (y.Start, y.End);
                if (!same && !(x.IsInsertion && y.IsInsertion))
                    return null;
                output.Add(start.Between(line, x.Start));
                foreach (ReadOnlyMemory<byte> part in same ? [left] : Both(left, right))
                    output.Add(part);
                (line, a, b) = (x.End, a + 1, b + 1);
                continue;
            }

            // An insertion at the line where the other side's change begins comes before it.
            bool takeOurs = other is not { } o || (mine is { } m && (m.Start, m.End).CompareTo((o.Start, o.End)) < 0);
            LineEdit edit = takeOurs ? mine!.Value : other!.Value;
            output.Add(start.Between(line, edit.Start));
            output.Add((takeOurs ? ours : theirs).Between(edit.From, edit.To));
            line = edit.End;
            (a, b) = takeOurs ? (a + 1, b) : (a, b + 1);
        }

        output.Add(start.Between(line, start.Count));
        return output.ToArray();
    }

    private static bool Meet(LineEdit a, LineEdit b) =>
        Math.Max(a.Start, b.Start) < Math.Min(a.End, b.End)
        || (a.IsInsertion && b.IsInsertion && a.Start == b.Start)
        || (a.IsInsertion && b.Start < a.Start && a.Start < b.End)
        || (b.IsInsertion && a.Start < b.Start && b.Start < a.End);

    // What one side inserted may begin or end with all that the other did: an import that both needed.
    private static ReadOnlyMemory<byte>[] Both(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        if (Contains(left.Span, right.Span))
            return [left];
        return Contains(right.Span, left.Span) ? [right] : [left, right];
    }

    private static bool Contains(ReadOnlySpan<byte> longer, ReadOnlySpan<byte> shorter) =>
        (longer.StartsWith(shorter) && shorter.EndsWith("\n"u8))
        || (longer.EndsWith(shorter) && (longer.Length == shorter.Length || longer[longer.Length - shorter.Length - 1] == '\n'));

    /// <summary>Puts pieces together; a piece after one that ended its file without a line end starts on a line of its own.</summary>
    private sealed class Output(TextLines start)
    {
        private readonly MemoryStream bytes = new();
        private bool open;

        public void Add(ReadOnlyMemory<byte> piece)
        {
            if (piece.IsEmpty)
                return;
            if (open)
                bytes.Write(start.LineEnd);
            bytes.Write(piece.Span);
            open = piece.Span[^1] != '\n';
        }

        public byte[] ToArray() => bytes.ToArray();
    }
}
