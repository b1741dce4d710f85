using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <summary>
/// What is known of a run on disk; the only memory there is after a crash. Files appear whole (written aside, then renamed).
/// <c>attempt</c> (ours) -> <c>pid</c> (supervisor) -> <c>exit</c> (supervisor) or <c>ending</c> (ours, before we kill) -> <c>result.json</c> (ours).
/// </summary>
internal sealed class RunFolder(string path)
{
    public string Path { get; } = path;
    public string PromptFile => In("prompt.txt");
    public string OutputFile => In("output.log");

    /// <summary>Standard output of runs whose streams are kept apart; the output is made from it.</summary>
    public string StreamFile => In("stream.log");

    /// <summary>Standard error of the same runs; others write both to the output.</summary>
    public string ErrorFile => In("errors.log");

    /// <summary>Which bytes of the output came from standard error.</summary>
    public string ErrorMarksFile => In("errors.marks");

    /// <summary>The run's final word; null while there is none.</summary>
    public RunResult? ReadResult(ILogger logger)
    {
        string? json = ReadOrNull("result.json");
        if (json is null) return null;
        try
        {
            return Json.Read<RunResult>(json);
        }
        catch (JsonException e)
        {
            // The exit file is still there, so the result is written anew and the agent does not run again.
            Log.ResultUnreadable(logger, e, In("result.json"));
            return null;
        }
    }

    public void WriteResult(RunResult result) => Write("result.json", Json.Write(result));

    public int? ReadExitCode() =>
        int.TryParse(ReadOrNull("exit")?.Trim(), CultureInfo.InvariantCulture, out int code) ? code : null;

    public ProcessIdentity? ReadProcess() => ReadOrNull("pid") is { } text ? ProcessIdentity.Parse(text) : null;

    /// <summary>Whether the run goes on or has come to an end; one that must be started (again) is neither.</summary>
    public bool IsUnderWay =>
        File.Exists(In("result.json")) || (ReadEnding() != Abandoned && (ReadExitCode() is not null || ReadProcess()?.IsAlive() == true));

    /// <summary>Why we began to kill the run: its status to be, or <see cref="Abandoned"/>.</summary>
    public string? ReadEnding() => ReadOrNull("ending")?.Split('\n')[0].Trim();

    /// <summary>The words that go with the status; null when the status says it all.</summary>
    public string? ReadEndingReason() => ReadOrNull("ending")?.Split('\n') is [_, { Length: > 0 } reason, ..] ? reason : null;

    public void WriteEnding(string ending, string? reason = null) => Write("ending", $"{ending}\n{reason}");

    /// <summary>The host was stopped while the run was under way, or its quota or budget was used up: it is started again.</summary>
    public const string Abandoned = "abandoned";

    /// <summary>What ended is to go on. In this order, so that after a crash in between it can be asked for again.</summary>
    public void Reopen()
    {
        WriteEnding(Abandoned);
        File.Delete(In("result.json"));
    }

    /// <summary>When the current attempt was started; null when there was none.</summary>
    public DateTimeOffset? ReadStart() =>
        ReadOrNull("attempt")?.Split('\n') is [_, { } start, ..]
            ? DateTimeOffset.Parse(start, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
            : null;

    /// <summary>Where the current attempt begins in the stream and the error file.</summary>
    public (long Stream, long Errors) ReadOffsets() =>
        ReadOrNull("attempt")?.Split('\n') is [_, _, { Length: > 0 } stream, { Length: > 0 } errors, ..]
            ? (long.Parse(stream, CultureInfo.InvariantCulture), long.Parse(errors, CultureInfo.InvariantCulture))
            : (0, 0);

    /// <summary>The current attempt's <see cref="RunStart.Session"/>.</summary>
    public string? ReadSession() => ReadOrNull("attempt")?.Split('\n') is [_, _, _, _, { Length: > 0 } session, ..] ? session : null;

    /// <summary>Whether the current attempt goes on with a former one's session.</summary>
    public bool ReadContinues() => ReadOrNull("attempt")?.Split('\n') is [_, _, _, _, _, Continuing, ..];

    private const string Continuing = "continues";

    /// <summary>Prepares a new attempt: what a former one left is removed, its output stays.</summary>
    /// <returns>The token without which a supervisor does not start.</returns>
    public string Begin(string? input, DateTimeOffset now, string? session = null, bool continues = false)
    {
        Directory.CreateDirectory(Path);
        EndLine(StreamFile);
        EndLine(ErrorFile);
        // First, so that a late supervisor of a former attempt finds that its time is over.
        string token = Guid.NewGuid().ToString("N");
        Write("attempt", string.Create(CultureInfo.InvariantCulture, $"{token}\n{now:O}\n{Length(StreamFile)}\n{Length(ErrorFile)}\n{session}\n{(continues ? Continuing : "")}\n"));
        foreach (string name in (string[])["pid", "exit", "ending"]) File.Delete(In(name));
        if (input is not null) Write("prompt.txt", input);
        return token;
    }

    /// <summary>Attempts of former versions wrote their output themselves: it takes the place of what it would have been made from.</summary>
    public void BringForward()
    {
        if (!File.Exists(StreamFile) && File.Exists(OutputFile)) File.Copy(OutputFile, StreamFile);
    }

    /// <summary>A killed writer may have left half a line, to which the next one's first must not be added.</summary>
    private static void EndLine(string file)
    {
        if (Length(file) == 0) return;
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-1, SeekOrigin.End);
        if (stream.ReadByte() != '\n') stream.WriteByte((byte)'\n');
    }

    private static long Length(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path);
        string aside = In(name + ".tmp");
        using (FileStream stream = new(aside, FileMode.Create, FileAccess.Write))
        {
            stream.Write(new UTF8Encoding(false).GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        File.Move(aside, In(name), overwrite: true);
    }

    private string? ReadOrNull(string name)
    {
        try
        {
            return File.ReadAllText(In(name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
