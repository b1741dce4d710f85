using System.Globalization;
using Orchestra.Activities.State;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>The events of a session's start and end, for the channel of sessions and, where it belongs to a project, for that of projects.</summary>
internal static class SessionNews
{
    public static SessionRecord AddTo(SessionRecord session, DateTime at) =>
        session with { News = [.. session.CompletedAt is not null ? End(session, at) : session.WaitingFor is { } wait ? Wait(session, wait, at) : Start(session, at)] };

    private static IEnumerable<NewEvent> Start(SessionRecord session, DateTime at)
    {
        yield return Event(session, "new", EventChannels.Teams, EventTypes.NewTeamSession, null, at, new
        {
            Data = new { session.SessionId, session.TeamName, session.TaskDescription, session.Status, session.RepoPath, session.BranchName, session.StartedAt },
        });
        yield return Event(session, "started", EventChannels.Teams, EventTypes.TeamProgress, EventNames.Started, at, new { session.Status, DbId = session.SessionId });
        if (session.ProjectId is not null)
            yield return Event(session, "launched", EventChannels.Gm, EventTypes.GmProgress, EventNames.AgentLaunched, at, new { session.TeamName });
    }

    private static IEnumerable<NewEvent> Wait(SessionRecord session, AgentWait wait, DateTime at)
    {
        string step = string.Create(CultureInfo.InvariantCulture, $"waits/{session.Waits}");
        yield return Event(session, step, EventChannels.Teams, EventTypes.TeamProgress, EventNames.Waiting, at, new { session.Status, WaitingFor = wait });
        if (session.ProjectId is not null)
            yield return Event(session, step + "/gm", EventChannels.Gm, EventTypes.GmProgress, EventNames.AgentWaiting, at, new { session.TeamName, WaitingFor = wait });
    }

    private static IEnumerable<NewEvent> End(SessionRecord session, DateTime at)
    {
        string name = session.Status == "cancelled" ? EventNames.Cancelled : EventNames.Completed;
        if (ResourceErrors.Is(session.Error))
            yield return Event(session, "resources", EventChannels.Teams, EventTypes.TeamProgress, EventNames.ResourceError, at, new { Data = session.Error });
        yield return Event(session, "ended", EventChannels.Teams, EventTypes.TeamProgress, name, at, new { session.Status, session.ExitCode, session.LeftOut, Data = session.Error, DbId = session.SessionId });
        if (session.ProjectId is null)
            yield return Event(session, "executed", EventChannels.Status, EventTypes.NewExecution, null, at, new { Data = Execution(session, at) });
        if (session.ProjectId is not null)
            yield return Event(session, "completed", EventChannels.Gm, EventTypes.GmProgress, EventNames.AgentCompleted, at, new { session.Status, session.LeftOut, session.Error });
    }

    private static object Execution(SessionRecord session, DateTime at)
    {
        string[] runs = session.Tasks.Count == 0 ? [session.Status] : [.. session.Tasks.Where(t => t.StartedAt is not null).Select(t => t.Status)];
        return new
        {
            Id = session.SessionId,
            Timestamp = at,
            Mode = session.TeamName,
            Title = session.TaskDescription,
            session.Status,
            Filename = session.OrchestratorMode is null ? ResultFiles.NameOf(session.SessionId) : null,
            AgentCount = runs.Length,
            SuccessCount = runs.Count(s => s is "completed" or "no_change"),
            FailCount = runs.Count(s => s is not ("completed" or "no_change" or "cancelled")),
            EstimatedCost = session.Usage?.CostUsd ?? 0,
        };
    }

    // With the start's time, so that a session that is run once more is told once more.
    private static NewEvent Event(SessionRecord session, string step, string channel, string type, string? name, DateTime at, object data) =>
        NewEvent.Of(
            string.Create(CultureInfo.InvariantCulture, $"session/{session.SessionId}/{session.StartedAt?.Ticks}/{step}"),
            channel, type, name, session.ProjectId, session.SessionId, at, data);
}
