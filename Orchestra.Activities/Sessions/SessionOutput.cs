using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Sessions;

/// <summary>The end of what a session's current run has printed so far, for people to read.</summary>
public sealed class SessionOutput(DataFolder data, Redactor redactor)
{
    /// <summary>Null when there is no output.</summary>
    public string? Tail(SessionRecord session)
    {
        SessionTask? step = session.Tasks.LastOrDefault(t => t.StartedAt is not null);
        string text = OutputTail.Read(new RunFolder(data.Run(step?.Id ?? session.SessionId)).OutputFile);
        return text.Length > 0 ? redactor.Redact(text) : null;
    }
}
