namespace Orchestra.Activities.Processes;

/// <summary>A program of which nothing is known: its exit code is its word, its output is text.</summary>
internal sealed class PlainClient(IReadOnlyList<string> argv, string? input) : IRunClient
{
    public RunStart Next(FormerAttempt? former) => new(argv, input);

    public string? LastLine(RunFolder folder) => OutputTail.LastLine(folder.OutputFile);

    /// <summary>What it prints may be an agent's prose as well as a report of trouble, so nothing is concluded from it.</summary>
    public string? Alarm(RunFolder folder) => null;

    public RunReading Read(RunFolder folder, RunEnd end) => new(end, OutputTail.Read(folder.OutputFile));
}
