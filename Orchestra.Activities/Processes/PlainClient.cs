namespace Orchestra.Activities.Processes;

/// <summary>A program of which nothing is known: its exit code is its word, its output is text.</summary>
internal sealed class PlainClient(IReadOnlyList<string> argv, string? input) : IRunClient
{
    private RunOutput? output;

    public RunStart Next(FormerAttempt? former) => new(argv, input);

    public bool Follow(RunFolder folder) => Follow(folder, ended: false);

    public string? LastLine(RunFolder folder) => OutputTail.LastLine(folder.OutputFile);

    /// <summary>What it prints may be an agent's prose as well as a report of trouble, so nothing is concluded from it.</summary>
    public string? Alarm(RunFolder folder) => null;

    public RunReading Read(RunFolder folder, RunEnd end)
    {
        Follow(folder, ended: true);
        return new RunReading(end, OutputTail.Read(folder.OutputFile));
    }

    // A run whose streams are not kept apart writes its output itself, and there is nothing to add.
    private bool Follow(RunFolder folder, bool ended)
    {
        output ??= new RunOutput(folder);
        long before = output.Length;
        output.CopyOutput(ended);
        output.CopyErrors(ended);
        return output.Length > before;
    }
}
