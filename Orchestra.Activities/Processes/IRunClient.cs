namespace Orchestra.Activities.Processes;

/// <summary>What the run engine needs to know of the program that it runs. One instance serves one call for one run.</summary>
internal interface IRunClient
{
    /// <summary>How the run is started now; called right before a start.</summary>
    /// <param name="former">What a broken-off attempt left; null for the first start.</param>
    RunStart Next(FormerAttempt? former);

    /// <summary>Adds to the output what the run has printed since the last call.</summary>
    /// <returns>Whether there was anything.</returns>
    bool Follow(RunFolder folder);

    /// <summary>The last line for people to read while the run goes on, at most 500 characters; null when there is none yet.</summary>
    string? LastLine(RunFolder folder);

    /// <summary>Why the run must be ended now; null while all is well.</summary>
    string? Alarm(RunFolder folder);

    /// <summary>What an attempt came to, by what it printed; null when it must be started again, which is never so for a run that we ended.</summary>
    RunReading? Read(RunFolder folder, RunEnd end);
}

/// <param name="Argv">Program and arguments.</param>
/// <param name="Input">Standard input; null for an empty one.</param>
/// <param name="Session">The client's own id of its session, recorded before the start; null when it has none.</param>
/// <param name="Continues">Whether the attempt goes on with what a former one left in the working folder.</param>
internal sealed record RunStart(IReadOnlyList<string> Argv, string? Input, string? Session = null, bool Continues = false);

/// <param name="Session">As in <see cref="RunStart"/>.</param>
internal sealed record FormerAttempt(DateTimeOffset Start, string? Session);

/// <summary>What the working folder is made ready for.</summary>
internal enum RunBeginning
{
    First,

    /// <summary>A former attempt's work stays as it is.</summary>
    Continued,

    /// <summary>A former attempt's work must not be there.</summary>
    StartedOver,
}

/// <param name="OutputTail">The last 4 KB for people to read.</param>
/// <param name="Session">The client's own id of the session that did the work.</param>
/// <param name="Answer">The agent's last word; null when it cannot be told from other output.</param>
/// <param name="ApiFailed">The model's API refused or did not answer.</param>
internal sealed record RunReading(RunEnd End, string OutputTail, Core.Pipeline.RunUsage? Usage = null, string? Session = null, string? Answer = null, bool ApiFailed = false)
{
    /// <summary>When the limit that ended the run is over, as far as that was told.</summary>
    public DateTimeOffset? QuotaUntil { get; init; }

    /// <summary>Replies of the model.</summary>
    public int Turns { get; init; }
}
