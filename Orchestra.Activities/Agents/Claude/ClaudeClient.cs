using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>The Claude Code CLI as a client of the run engine: prompt on standard input, stream-json on standard output.</summary>
internal sealed class ClaudeClient(AgentRun run) : IRunClient
{
    // Longer events exist only as tool results with pictures or whole files, of which nothing is needed.
    private const int LongestLine = 32 * 1024 * 1024;

    private ClaudeTranscript? transcript;
    private LineTail? tail;

    public RunStart Next(FormerAttempt? former)
    {
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
        string? complaint = OutputTail.LastLine(folder.ErrorFile);
        return new RunReading(ClaudeVerdict.On(end, read.Attempt, complaint), OutputTail.Cut(read.Text), read.Usage.Total());
    }

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
