using Orchestra.Activities.Processes;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.State;

/// <summary>Shows an agent's last line in its session while it runs. Runs that are no session (fixes, gates) have no place to show it.</summary>
internal sealed class SessionProgress(ProjectStore store, Redactor redactor) : IRunObserver
{
    public async Task BegunAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (await store.FindSessionAsync(sessionId, cancellationToken) is { WaitingFor: not null, IsRunning: true } session)
            await store.SaveSessionAsync(session with { Status = "running", WaitingFor = null }, cancellationToken);
    }

    public async Task LastLineAsync(string sessionId, string line, CancellationToken cancellationToken)
    {
        if (await store.FindSessionAsync(sessionId, cancellationToken) is { Status: "running" } session)
            await store.SaveSessionAsync(session with { LastLine = redactor.Redact(line) }, cancellationToken);
    }
}
