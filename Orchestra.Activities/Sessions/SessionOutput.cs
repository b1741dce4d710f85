using Orchestra.Activities.Processes;
using Orchestra.Activities.Secrets;
using Orchestra.Core;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Sessions;

/// <summary>The end of what a session's current run has printed so far, for people to read.</summary>
public sealed class SessionOutput(DataFolder data, Redactor redactor, LaunchSecrets secrets)
{
    /// <summary>Null when there is no output.</summary>
    public string? Tail(SessionRecord session)
    {
        SessionTask? step = session.Tasks.LastOrDefault(t => t.StartedAt is not null);
        return Tail(step?.Id ?? session.SessionId);
    }

    /// <summary>The same of one run.</summary>
    public string? Tail(string runId)
    {
        secrets.Recall(runId);
        string text = OutputTail.Read(new RunFolder(data.Run(runId)).OutputFile);
        return text.Length > 0 ? redactor.Redact(text) : null;
    }
}
