using System.Buffers.Binary;

namespace Orchestra.Activities.Processes;

/// <summary>
/// Which bytes of a run's output came from standard error: spans in rising order, sixteen bytes each, beside the output. Whatever no span covers
/// is standard output.
/// </summary>
internal sealed class ErrorMarks(string file)
{
    private const int Size = 16;

    /// <summary>Notes a span before its bytes are written, so that a crash leaves no byte without its mark.</summary>
    public void Add(long start, long length)
    {
        using FileStream stream = new(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        stream.Write(Bytes(new ErrorSpan(start, length)));
    }

    /// <summary>Takes back what a crash left noted but not written.</summary>
    /// <param name="written">Bytes of output.</param>
    /// <returns>Bytes of standard error among them.</returns>
    public long Settle(long written)
    {
        if (!File.Exists(file)) return 0;
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        long total = 0;
        for (long at = 0; Read(stream, at) is { } span; at += Size)
        {
            if (span.End > written)
            {
                stream.SetLength(at);
                if (span.Start >= written) break;
                span = span with { Length = written - span.Start };
                stream.Seek(at, SeekOrigin.Begin);
                stream.Write(Bytes(span));
            }
            total += span.Length;
        }
        return total;
    }

    /// <summary>Spans that end behind an offset, the first ones.</summary>
    public IReadOnlyList<ErrorSpan> From(long offset, int limit)
    {
        if (!File.Exists(file)) return [];
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        // The first one that ends behind the offset, by halving.
        (long low, long high) = (0, stream.Length / Size);
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (Read(stream, middle * Size) is { } span && span.End <= offset) low = middle + 1;
            else high = middle;
        }
        List<ErrorSpan> found = [];
        for (; found.Count < limit && Read(stream, low * Size) is { } span; low++) found.Add(span);
        return found;
    }

    private static ErrorSpan? Read(FileStream stream, long at)
    {
        Span<byte> bytes = stackalloc byte[Size];
        stream.Seek(at, SeekOrigin.Begin);
        return stream.ReadAtLeast(bytes, Size, throwOnEndOfStream: false) < Size
            ? null
            : new ErrorSpan(BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]));
    }

    private static byte[] Bytes(ErrorSpan span)
    {
        byte[] bytes = new byte[Size];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, span.Start);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), span.Length);
        return bytes;
    }
}

/// <summary>Bytes of an output that came from standard error.</summary>
internal readonly record struct ErrorSpan(long Start, long Length)
{
    public long End => Start + Length;
}
