using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>The Claude Code CLI as a client of the run engine: prompt on standard input, stream-json on standard output.</summary>
internal sealed class ClaudeClient(AgentRun run) : IRunClient
{
    private const string GoOn =
        "The program that runs you was stopped and started again. Go on with your task where you were; look first at what the last step left behind.";

    // Longer events exist only as tool results with pictures or whole files, of which nothing is needed.
    private const int LongestLine = 32 * 1024 * 1024;

    private const int LongestAnswer = 8 * 1024;

    private ClaudeTranscript? transcript;
    private LineTail? tail;
    private bool sessionIsGone;

    public RunStart Next(FormerAttempt? former)
    {
        // The CLI tells the model itself that its last tool call was interrupted.
        if (former?.Session is { } known && !sessionIsGone)
            return new RunStart([.. run.Command.Argv, "--resume", known], GoOn, known, Continues: true);
        string session = ClaudeCommands.SessionId(run.RunId, former?.Start);
        return new RunStart([.. run.Command.Argv, "--session-id", session], run.Prompt, session);
    }

    public string? LastLine(RunFolder folder)
    {
        Follow(folder, ended: false);
        return OutputTail.LastLineOf(transcript!.Text);
    }

    public RunReading? Read(RunFolder folder, RunEnd end)
    {
        Follow(folder, ended: true);
        ClaudeTranscript read = transcript!;
        RunEnd verdict = ClaudeVerdict.On(end, read.Attempt, OutputTail.LastLine(folder.ErrorFile));
        sessionIsGone = folder.ReadContinues() && ClaudeVerdict.IsUnknownSession(verdict);
        return sessionIsGone ? null : new RunReading(verdict, OutputTail.Cut(read.Text), read.Usage.Total(), folder.ReadSession(), Answer(read.Attempt));
    }

    private static string? Answer(ClaudeAttempt attempt) =>
        attempt.Result?.Message is { Length: > 0 } message ? message.Length <= LongestAnswer ? message : message[..LongestAnswer] : null;

    private void Follow(RunFolder folder, bool ended)
    {
        long begin = folder.ReadOffsets().Output;
        transcript ??= new ClaudeTranscript();
        tail ??= new LineTail(folder.OutputFile, LongestLine);
        tail.Read((line, start) =>
        {
            if (start >= begin) transcript.EnterAttempt(begin);
            transcript.Add(line);
        }, ended);
        // Also when the attempt has printed nothing: the former one's evidence is not its own.
        transcript.EnterAttempt(begin);
    }
}
