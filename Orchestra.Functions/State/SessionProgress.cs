using System.Globalization;
using Orchestra.Activities.Processes;
using Orchestra.Core.Events;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.State;

/// <summary>
/// Shows in its session what an agent does while it runs: its last line, and that it goes on. Gates are no session and have no place to show it.
/// </summary>
internal sealed class SessionProgress(ProjectStore store, EventLog events, FixProgress fixes, Redactor redactor, TimeProvider time) : IRunObserver
{
    public async Task BegunAsync(AgentRun run, CancellationToken cancellationToken)
    {
        if (await store.FindSessionAsync(run.SessionId ?? run.RunId, cancellationToken) is { WaitingFor: not null, IsRunning: true } session)
        {
            await store.SaveSessionAsync(session with { Status = "running", WaitingFor = null }, cancellationToken);
            await TellAsync(session, string.Create(CultureInfo.InvariantCulture, $"waited/{session.Waits}"), time.GetUtcNow(), "waited", cancellationToken);
        }

        await fixes.BegunAsync(run, cancellationToken);
    }

    public Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken) => fixes.EndedAsync(run, result, cancellationToken);

    public async Task BegunAgainAsync(string sessionId, DateTimeOffset at, bool continues, CancellationToken cancellationToken)
    {
        if (await store.FindSessionAsync(sessionId, cancellationToken) is { IsRunning: true } session)
            await TellAsync(session, string.Create(CultureInfo.InvariantCulture, $"again/{at.UtcTicks}"), at, continues ? "continued" : "started_over", cancellationToken);
    }

    public async Task LastLineAsync(string sessionId, string line, CancellationToken cancellationToken)
    {
        if (await store.FindSessionAsync(sessionId, cancellationToken) is { Status: "running" } session)
            await store.SaveSessionAsync(session with { LastLine = redactor.Redact(line) }, cancellationToken);
    }

    private async Task TellAsync(SessionRecord session, string step, DateTimeOffset at, string how, CancellationToken cancellationToken)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"session/{session.SessionId}/{session.StartedAt?.Ticks}/{step}");
        List<NewEvent> told =
        [
            NewEvent.Of(key, EventChannels.Teams, EventTypes.TeamProgress, EventNames.Resumed, session.ProjectId, session.SessionId, at.UtcDateTime, new { Status = "running", How = how }),
        ];
        if (session is { ProjectId: not null, FixKind: null })
            told.Add(NewEvent.Of(key + "/gm", EventChannels.Gm, EventTypes.GmProgress, EventNames.AgentResumed, session.ProjectId, session.SessionId, at.UtcDateTime, new { session.TeamName, How = how }));
        await events.AppendAsync(told, cancellationToken);
    }
}
