using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>
/// The Claude Code CLI as a client of the run engine: prompt on standard input, stream-json on standard output. Our own program for
/// <c>api</c> agents speaks the same.
/// </summary>
internal sealed class ClaudeClient(AgentRun run) : IRunClient
{
    private const string GoOn =
        "The program that runs you was stopped and started again. Go on with your task where you were; look first at what the last step left behind.";

    // Longer events exist only as tool results with pictures or whole files, of which nothing is needed.
    private const int LongestLine = 32 * 1024 * 1024;

    private const int WriteAt = 64 * 1024;
    private const int LongestAnswer = 8 * 1024;

    private ClaudeTranscript? read;
    private LineTail? stream;
    private LineTail? errors;
    private RunOutput? output;
    private bool needsNewSession;

    /// <summary>The price of a model; null when it is not known.</summary>
    public Func<string, ApiPrice?> PriceOf { get; init; } = _ => null;

    /// <summary>What has been seen of it so far.</summary>
    public RunUsage? Usage => Transcript.Usage.Total();

    public int Turns => Transcript.Turns;

    private ClaudeTranscript Transcript => read ??= new ClaudeTranscript(PriceOf);

    public RunStart Next(FormerAttempt? former)
    {
        // The CLI tells the model itself that its last tool call was interrupted.
        if (former?.Session is { } known && !needsNewSession)
            return new RunStart([.. run.Command.Argv, "--resume", known], run.Remark is { Length: > 0 } remark ? $"{GoOn}\n\nThe person who lets you go on remarks: {remark}" : GoOn, known, Continues: true);
        string session = ClaudeCommands.SessionId(run.RunId, former?.Start);
        return new RunStart([.. run.Command.Argv, "--session-id", session], run.Prompt, session);
    }

    public bool Follow(RunFolder folder) => Follow(folder, ended: false);

    public string? LastLine(RunFolder folder) => OutputTail.LastLine(folder.OutputFile);

    public string? Alarm(RunFolder folder)
    {
        errors ??= new LineTail(folder.ErrorFile, LongestLine, folder.ReadOffsets().Errors);
        errors.Read((line, _) => Transcript.Attempt.Alarm.Hear(line), ended: false);
        return Transcript.Attempt.Alarm.Reason;
    }

    public RunReading? Read(RunFolder folder, RunEnd end)
    {
        Follow(folder, ended: true);
        RunEnd verdict = ClaudeVerdict.On(end, Transcript.Attempt, OutputTail.LastLine(folder.ErrorFile));
        // Another id is tried once: it bears the time of this attempt, so nobody else can have taken it.
        bool isTaken = folder.ReadSession() == ClaudeCommands.SessionId(run.RunId) && !folder.ReadContinues() && ClaudeVerdict.IsTakenSession(verdict);
        needsNewSession = isTaken || (folder.ReadContinues() && ClaudeVerdict.IsUnknownSession(verdict));
        return needsNewSession
            ? null
            : new RunReading(verdict, OutputTail.Read(folder.OutputFile), Transcript.Usage.Total(), folder.ReadSession(), Answer(Transcript.Attempt),
                ClaudeVerdict.IsApiFailure(verdict, Transcript.Attempt))
            {
                QuotaUntil = verdict.Status == RunStatus.Quota ? ClaudeReset.Of(Transcript.Attempt, File.GetLastWriteTimeUtc(folder.StreamFile)) : null,
                Turns = Transcript.Turns,
            };
    }

    private static string? Answer(ClaudeAttempt attempt) =>
        attempt.Result?.Message is { Length: > 0 } message ? message.Length <= LongestAnswer ? message : message[..LongestAnswer] : null;

    private bool Follow(RunFolder folder, bool ended)
    {
        long begin = folder.ReadOffsets().Stream;
        stream ??= new LineTail(folder.StreamFile, LongestLine);
        output ??= new RunOutput(folder);
        long before = output.Length;
        stream.Read((line, start) =>
        {
            if (start >= begin) Transcript.EnterAttempt(begin);
            Transcript.Add(line);
            if (Transcript.NewCharacters > WriteAt) output.Say(Transcript.TakeNew());
        }, ended);
        output.Say(Transcript.TakeNew());
        output.CopyErrors(ended);
        // Also when the attempt has printed nothing: the former one's evidence is not its own.
        Transcript.EnterAttempt(begin);
        return output.Length > before;
    }
}
