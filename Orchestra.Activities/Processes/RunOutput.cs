using System.Buffers;
using System.Text;
using Orchestra.Activities.Output;

namespace Orchestra.Activities.Processes;

/// <summary>
/// Writes a run's output for people, from what its process writes to files of its own: standard output, or what a client makes of it, and
/// standard error, in the order in which they are found. After a restart of the host it goes on where the file ends: readers may rely on offsets.
/// </summary>
internal sealed class RunOutput
{
    private readonly RunFolder folder;
    private readonly ErrorMarks marks;
    private readonly ArrayBufferWriter<byte> unsaid = new();
    private bool settled;
    private long written;
    private long writtenErrors;
    private long said;
    private long seenOutput = -1;
    private long seenErrors = -1;

    public RunOutput(RunFolder folder)
    {
        this.folder = folder;
        marks = new ErrorMarks(folder.ErrorMarksFile);
        Settle();
    }

    /// <summary>Bytes of output.</summary>
    public long Length => written;

    /// <summary>Adds what a client made of standard output. It is made anew from its beginning after a restart; what the file has already is not written again.</summary>
    public void Say(string text)
    {
        // Kept until it is written: a full disk may have room again.
        Encoding.UTF8.GetBytes(text, unsaid);
        if (unsaid.WrittenCount == 0) return;
        if (!settled) Settle();
        int known = (int)Math.Clamp(written - writtenErrors - said, 0, unsaid.WrittenCount);
        Write(unsaid.WrittenSpan[known..]);
        said += unsaid.WrittenCount;
        unsaid.ResetWrittenCount();
    }

    /// <summary>Adds what came on standard output.</summary>
    /// <param name="ended">The writer is gone: an unfinished line is added too.</param>
    public void CopyOutput(bool ended)
    {
        if (!settled) Settle();
        Copy(folder.StreamFile, written - writtenErrors, ref seenOutput, ended, Write);
    }

    /// <summary>Adds what came on standard error.</summary>
    /// <inheritdoc cref="CopyOutput"/>
    public void CopyErrors(bool ended)
    {
        if (!settled) Settle();
        Copy(folder.ErrorFile, writtenErrors, ref seenErrors, ended, WriteErrors);
    }

    private static void Copy(string file, long from, ref long seen, bool ended, Action<ReadOnlySpan<byte>> write)
    {
        long end = SizeOf(file);
        // A line that stands unfinished for a while is added as it is: a question, a progress bar.
        bool stands = ended || end == seen;
        seen = end;
        if (from >= end) return;
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        byte[] piece = ArrayPool<byte>.Shared.Rent(OutputPieces.Largest);
        for (int taken = 1; from < end && taken > 0; from += taken)
        {
            stream.Seek(from, SeekOrigin.Begin);
            int read = stream.ReadAtLeast(piece.AsSpan(0, (int)Math.Min(OutputPieces.Largest, end - from)), 1, throwOnEndOfStream: false);
            taken = OutputPieces.Cut(piece.AsSpan(0, read), stands);
            if (taken > 0) write(piece.AsSpan(0, taken));
        }
        ArrayPool<byte>.Shared.Return(piece);
    }

    private void WriteErrors(ReadOnlySpan<byte> bytes)
    {
        settled = false;
        marks.Add(written, bytes.Length);
        Write(bytes);
        writtenErrors += bytes.Length;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        settled = false;
        using FileStream stream = new(folder.OutputFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        stream.Write(bytes);
        written += bytes.Length;
        settled = true;
    }

    /// <summary>A former process, or a write that failed, may have written a part.</summary>
    private void Settle()
    {
        written = SizeOf(folder.OutputFile);
        writtenErrors = marks.Settle(written);
        settled = true;
    }

    private static long SizeOf(string file) => new FileInfo(file) is { Exists: true } found ? found.Length : 0;
}
