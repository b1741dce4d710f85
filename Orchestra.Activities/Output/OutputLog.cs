using Orchestra.Activities.Processes;
using Orchestra.Activities.Secrets;
using Orchestra.Core;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Output;

/// <summary>
/// What a run has printed, by byte offset, secrets masked. The file itself is written by the agent's process and is nobody else's to read;
/// a mask has as many bytes as what it covers, so that offsets mean the same to everybody.
/// </summary>
public sealed class OutputLog(DataFolder data, Redactor redactor, LaunchSecrets secrets)
{
    // A secret that begins before a piece or ends behind it is found all the same when this much around it is looked at.
    private const int Around = 8 * 1024;

    /// <summary>The runs that a session's output is made of, in their order: one, or one per teammate. Of those that run at once each comes in when
    /// all before it have ended, so that what is there never moves.</summary>
    public static IReadOnlyList<string> RunsOf(SessionRecord session)
    {
        if (session.Tasks.Count == 0)
            return [session.SessionId];
        List<SessionTask> begun = [.. session.Tasks.Where(t => t.StartedAt is not null)];
        return [.. begun.TakeWhile((_, i) => i == 0 || begun[i - 1].CompletedAt is not null).Select(t => t.Id)];
    }

    /// <summary>Bytes printed so far.</summary>
    public long Length(IReadOnlyList<string> runs) => runs.Sum(Length);

    /// <summary>Whether nothing more will be printed.</summary>
    public bool HasEnded(SessionRecord session) =>
        session.CompletedAt is not null || (session.Tasks.Count == 0 && File.Exists(Path.Combine(data.Run(session.SessionId), "result.json")));

    /// <summary>The run that an offset of the whole falls into, and the offset in it.</summary>
    public (string RunId, long Offset) Locate(IReadOnlyList<string> runs, long offset)
    {
        for (int i = 0; i < runs.Count - 1; i++)
        {
            long length = Length(runs[i]);
            if (offset < length)
                return (runs[i], offset);
            offset -= length;
        }

        return (runs.Count == 0 ? "" : runs[^1], offset);
    }

    private long Length(string runId) => new FileInfo(FileOf(runId)) is { Exists: true } file ? file.Length : 0;

    /// <summary>Bytes from an offset of the whole on, at most <paramref name="count"/>, and fewer at a run's end; none at the end of the last.</summary>
    public byte[] Read(IReadOnlyList<string> runs, long offset, int count)
    {
        (string run, long at) = Locate(runs, offset);
        return run.Length == 0 ? [] : Read(run, at, count);
    }

    /// <summary>Bytes of one run.</summary>
    public byte[] Read(string runId, long offset, int count)
    {
        string name = FileOf(runId);
        if (count <= 0 || !File.Exists(name))
            return [];
        secrets.Recall(runId);
        using var file = new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        long start = Math.Max(0, offset - Around);
        byte[] window = new byte[Math.Max(0, Math.Min(file.Length, offset + count + Around) - start)];
        file.Seek(start, SeekOrigin.Begin);
        int read = file.ReadAtLeast(window, window.Length, throwOnEndOfStream: false);
        int skip = (int)(offset - start);
        return skip >= read ? [] : redactor.Redact(window.AsSpan(0, read))[skip..Math.Min(read, skip + count)];
    }

    /// <summary>Which bytes behind an offset of the whole came from standard error; the first ones, neighbours together.</summary>
    public IReadOnlyList<OutputSpan> Errors(IReadOnlyList<string> runs, long after, int limit)
    {
        var found = new List<OutputSpan>();
        long begin = 0;
        foreach (string run in runs)
        {
            long length = Length(run);
            foreach (ErrorSpan span in after < begin + length ? MarksOf(run).From(after - begin, limit) : [])
            {
                // What is noted, but not written yet, is told later.
                (long from, long until) = (begin + Math.Max(span.Start, after - begin), begin + Math.Min(span.End, length));
                if (found.Count > 0 && found[^1].Offset + found[^1].Length == from)
                    found[^1] = found[^1] with { Length = until - found[^1].Offset };
                else if (from < until && found.Count < limit)
                    found.Add(new OutputSpan(from, until - from));
            }

            begin += length;
        }

        return found;
    }

    private ErrorMarks MarksOf(string runId) => new(new RunFolder(data.Run(runId)).ErrorMarksFile);

    /// <summary>The part of a run's output that an offset is in.</summary>
    internal OutputPart PartAt(string runId, long offset) => MarksOf(runId).From(offset, 1) switch
    {
        [var errors] when errors.Start <= offset => new(true, errors.End, true),
        [var errors] => new(false, errors.Start, true),
        _ => new(false, long.MaxValue, false),
    };

    private string FileOf(string runId) => new RunFolder(data.Run(runId)).OutputFile;
}
