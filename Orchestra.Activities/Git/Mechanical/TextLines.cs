namespace Orchestra.Activities.Git.Mechanical;

/// <summary>The lines of a file as bytes, each with its line end: no encoding is assumed and none is changed.</summary>
public sealed class TextLines
{
    private readonly ReadOnlyMemory<byte> content;
    private readonly List<int> starts = [0];

    public TextLines(ReadOnlyMemory<byte> content)
    {
        this.content = content;
        ReadOnlySpan<byte> bytes = content.Span;
        for (int at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == '\n' || at == bytes.Length - 1)
                starts.Add(at + 1);
        }
    }

    public int Count => starts.Count - 1;

    /// <summary>The first line's end, for where a line must be ended that was the last of a file.</summary>
    public ReadOnlySpan<byte> LineEnd => Count > 0 && Between(0, 1).Span.EndsWith("\r\n"u8) ? "\r\n"u8 : "\n"u8;

    public ReadOnlyMemory<byte> Between(int from, int to) => content[starts[from]..starts[to]];
}
