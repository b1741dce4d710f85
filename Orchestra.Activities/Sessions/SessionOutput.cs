using Orchestra.Activities.Processes;
using Orchestra.Core;

namespace Orchestra.Activities.Sessions;

/// <summary>The end of what a run has printed so far.</summary>
public sealed class SessionOutput(DataFolder data)
{
    /// <summary>Null when there is no output.</summary>
    public string? Tail(string runId) => OutputTail.Read(new RunFolder(data.Run(runId)).OutputFile) is { Length: > 0 } text ? text : null;
}
