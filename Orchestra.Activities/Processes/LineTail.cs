using System.Buffers;

namespace Orchestra.Activities.Processes;

/// <summary>
/// Follows a growing file line by line. A reader of a file, unlike one of a pipe, never slows the writer down; memory is
/// bounded by the longest line that is kept.
/// </summary>
/// <param name="longest">Bytes; what is longer is reported without its content.</param>
/// <param name="begin">Where to begin in the file.</param>
internal sealed class LineTail(string file, int longest, long begin = 0)
{
    private const int ChunkSize = 64 * 1024;
    private const int LargestKept = 1024 * 1024;

    private ArrayBufferWriter<byte> pending = new();
    private long position = begin;
    private long lineLength;
    private bool tooLong;

    /// <param name="line">The bytes without the line feed; empty for a line that is too long.</param>
    /// <param name="start">Where in the file the line begins.</param>
    public delegate void LineHandler(ReadOnlySpan<byte> line, long start);

    /// <summary>Hands on what was appended since the last call.</summary>
    /// <param name="ended">The writer is gone: a last line without line feed counts too.</param>
    public void Read(LineHandler handle, bool ended)
    {
        if (File.Exists(file)) ReadFile(handle);
        if (ended && (pending.WrittenCount > 0 || tooLong)) Complete(handle, position);
    }

    private void ReadFile(LineHandler handle)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        stream.Seek(position, SeekOrigin.Begin);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
        for (int read; (read = stream.Read(chunk, 0, ChunkSize)) > 0;)
        {
            ReadOnlySpan<byte> rest = chunk.AsSpan(0, read);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                Append(rest[..end]);
                Complete(handle, position);
                position++;
            }
            Append(rest);
        }
        ArrayPool<byte>.Shared.Return(chunk);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        position += bytes.Length;
        lineLength += bytes.Length;
        if (lineLength <= longest)
        {
            pending.Write(bytes);
        }
        else if (!tooLong)
        {
            tooLong = true;
            pending.Clear();
        }
    }

    private void Complete(LineHandler handle, long end)
    {
        handle(tooLong ? [] : pending.WrittenSpan, end - lineLength);
        if (pending.Capacity > LargestKept) pending = new ArrayBufferWriter<byte>();
        else pending.ResetWrittenCount();
        lineLength = 0;
        tooLong = false;
    }
}
