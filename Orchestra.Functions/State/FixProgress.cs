using System.Globalization;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Output;
using Orchestra.Core.Events;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.State;

/// <summary>
/// Agents that mend or resolve are part of their project's orchestration and no sessions. What they do is written down here, in the form of a
/// session under their run's id, so that people see and hear them in the same ways.
/// </summary>
internal sealed class FixProgress(ProjectStore store, EventLog events, OutputRecorder output, Redactor redactor, TimeProvider time, ILogger<FixProgress> logger)
{
    public Task BegunAsync(AgentRun run, CancellationToken cancellationToken) => TryAsync(run, async fix =>
    {
        SessionRecord session = await OfAsync(run, fix, cancellationToken) with { Status = "running", WaitingFor = null, CompletedAt = null };
        await StartAsync(session, cancellationToken);
    });

    public Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken) => TryAsync(run, async fix =>
    {
        SessionRecord session = await OfAsync(run, fix, cancellationToken);
        if (result.Wait is { } wait)
        {
            bool isNews = session.WaitingFor?.Reason != wait.Reason;
            session = session with { Status = "pending", WaitingFor = wait, Waits = session.Waits + (isNews ? 1 : 0) };
            await StartAsync(session, cancellationToken);
            if (isNews)
                await TellAsync(session, string.Create(CultureInfo.InvariantCulture, $"waits/{session.Waits}"), EventNames.Waiting, time.GetUtcNow().UtcDateTime, new { session.Status, WaitingFor = wait }, cancellationToken);
            return;
        }

        session = session with
        {
            Status = SessionRun.StatusOf(result),
            WaitingFor = null,
            CompletedAt = result.CompletedAt,
            ExitCode = result.ExitCode,
            Error = result.Error is null ? null : redactor.Redact(result.Error),
            LastLine = SessionRun.LastLine(redactor.Redact(result.OutputTail)) ?? session.LastLine,
            Usage = result.Usage,
            ClientSessionId = result.ClientSessionId,
            ClientNote = result.ClientNote,
        };
        await store.SaveSessionAsync(session, cancellationToken);
        await output.EndAsync(session, cancellationToken);
        string name = session.Status == "cancelled" ? EventNames.Cancelled : EventNames.Completed;
        await TellAsync(session, "ended", name, result.CompletedAt, new { session.Status, session.FixKind, session.ExitCode, Data = session.Error }, cancellationToken);
    });

    /// <summary>As it is known, or new; a run that begins once more after a crash is the same.</summary>
    private async Task<SessionRecord> OfAsync(AgentRun run, FixTask fix, CancellationToken cancellationToken) =>
        await store.FindSessionAsync(run.RunId, cancellationToken) ?? new SessionRecord
        {
            SessionId = run.RunId,
            ProjectId = run.ProjectId,
            FixKind = fix.Kind,
            TeamName = fix.Kind,
            TaskDescription = fix.Task,
            Status = "running",
            RepoPath = run.RepoPath,
            WorktreePath = run.WorktreePath,
            BaseCommit = fix.BaseCommit,
            ClientMode = run.Command.Client ?? ClientModes.Command,
            StartedAt = time.GetUtcNow().UtcDateTime,
        };

    private async Task StartAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        await store.SaveSessionAsync(session, cancellationToken);
        await output.StartAsync(session, cancellationToken);
        await TellAsync(session, "started", EventNames.Started, session.StartedAt!.Value, new { session.Status, session.FixKind, Data = session.TaskDescription }, cancellationToken);
    }

    private Task TellAsync(SessionRecord session, string step, string name, DateTime at, object data, CancellationToken cancellationToken) => events.AppendAsync(
        [NewEvent.Of(
            string.Create(CultureInfo.InvariantCulture, $"session/{session.SessionId}/{session.StartedAt?.Ticks}/{step}"),
            EventChannels.Teams, EventTypes.TeamProgress, name, session.ProjectId, session.SessionId, at, data)],
        cancellationToken);

    private async Task TryAsync(AgentRun run, Func<FixTask, Task> act)
    {
        if (run is not { Fix: { } fix, ProjectId: not null })
            return;
        try
        {
            await act(fix);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The work goes before the telling of it; at the project's end what was missed is settled.
            Log.FixNotTold(logger, run.RunId, e);
        }
    }
}
