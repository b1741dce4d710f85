namespace Orchestra.Dashboard.Diff;

public enum DiffLineKind
{
    Context,
    Added,
    Removed,

    /// <summary>The head of a hunk.</summary>
    Hunk,
}

/// <param name="Old">Its number before; null when it was not there. The same for <paramref name="New"/>.</param>
public sealed record DiffLine(DiffLineKind Kind, string Text, int? Old, int? New);

/// <summary>One file of a unified diff.</summary>
/// <param name="Notes">What git says of it besides lines: renames, modes, binary content.</param>
public sealed record DiffFile(string Path, IReadOnlyList<string> Notes, IReadOnlyList<DiffLine> Lines)
{
    public int Added { get; } = Lines.Count(l => l.Kind == DiffLineKind.Added);

    public int Removed { get; } = Lines.Count(l => l.Kind == DiffLineKind.Removed);

    /// <summary>Both sides beside each other: what was removed next to what came instead.</summary>
    public IEnumerable<(DiffLine? Left, DiffLine? Right)> Sides()
    {
        var removed = new Queue<DiffLine>();
        foreach (DiffLine line in Lines)
        {
            if (line.Kind == DiffLineKind.Removed)
            {
                removed.Enqueue(line);
                continue;
            }

            if (line.Kind == DiffLineKind.Added)
            {
                yield return (removed.Count > 0 ? removed.Dequeue() : null, line);
                continue;
            }

            while (removed.Count > 0)
                yield return (removed.Dequeue(), null);
            yield return (line, line);
        }

        while (removed.Count > 0)
            yield return (removed.Dequeue(), null);
    }
}
