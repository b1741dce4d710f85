using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.Upkeep;

/// <summary>A session without a project that looks alive while its orchestration is not.</summary>
/// <param name="Instance">What is left of the orchestration; null when it is gone.</param>
public sealed record StrandedSession(SessionRecord Session, OrchestrationMetadata? Instance)
{
    public string State => LostInstance.State(Instance);
}

/// <summary>
/// Single sessions and rounds of the orchestrator whose orchestration has ended without them. They are brought to an end by another one, as
/// <see cref="StrandedProjects"/> are; sessions of a project are the project's.
/// </summary>
public sealed class StrandedSessions(ProjectStore store, DataFolder data, TimeProvider time, ILogger<StrandedSessions> logger)
{
    private const int Most = 1000;

    // Of two at once the second must see what the first has begun.
    private readonly SemaphoreSlim oneAtATime = new(1);
    private HashSet<string> seen = [];

    [Function("StrandedSessions")]
    public Task Run(
        [TimerTrigger("25 * * * * *", UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => LookAsync(client, cancellationToken);

    /// <summary>Ends those that are found a second time, or that a person has cancelled; one whose instance is gone without a trace only then.</summary>
    public async Task LookAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        HashSet<string> found = [];
        foreach (StrandedSession stranded in await ListAsync(client, cancellationToken))
        {
            string id = stranded.Session.SessionId;
            found.Add(id);
            if (data.IsCancelled(id) || (stranded.Instance is not null && seen.Contains(id)))
                await BeginEndAsync(client, stranded, cancellationToken);
        }

        seen = found;
    }

    public async Task<IReadOnlyList<StrandedSession>> ListAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        List<StrandedSession> found = [];
        foreach (string status in (string[])["pending", "running"])
        {
            string? after = null;
            do
            {
                ListPage<SessionRecord> page = await store.ListAllSessionsAsync(new ListRange(Most, After: after), cancellationToken, new SessionFilter(null, status, null));
                foreach (SessionRecord session in page.Items)
                {
                    if (await FindAsync(client, session, cancellationToken) is { } stranded)
                        found.Add(stranded);
                }

                after = page.Next;
            }
            while (after is not null);
        }

        return found;
    }

    /// <returns>Null when the session has ended, belongs to a project, or its orchestration goes on.</returns>
    public async Task<StrandedSession?> FindAsync(DurableTaskClient client, SessionRecord session, CancellationToken cancellationToken)
    {
        if (!session.IsRunning || session.ProjectId is not null)
            return null;
        string id = session.SessionId;
        OrchestrationMetadata? instance = await client.GetInstanceAsync(id, cancellationToken);
        if (instance is { IsCompleted: false })
            return null;
        if (instance is not null)
            instance = await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        // Between the two looks it may have ended as it should: an instance ends only after its session is stored.
        return await store.FindSessionAsync(id, cancellationToken) is { IsRunning: true } now ? new StrandedSession(now, instance) : null;
    }

    /// <summary>Ends it for a person who waits; what does not end in time goes on ending.</summary>
    public async Task EndAsync(DurableTaskClient client, StrandedSession stranded, CancellationToken cancellationToken)
    {
        await BeginEndAsync(client, stranded, cancellationToken);
        await LostInstance.WaitAsync(client, [EndingOf(stranded)], time, cancellationToken);
    }

    private async Task BeginEndAsync(DurableTaskClient client, StrandedSession stranded, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (await client.GetInstanceAsync(EndingOf(stranded), cancellationToken) is { IsCompleted: false }
                || await FindAsync(client, stranded.Session, cancellationToken) is not { } still)
                return;
            Log.SessionStranded(logger, still.Session.SessionId, still.Session.Status, still.State);
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(StrandedSessionOrchestrator), InputOf(still), new StartOrchestrationOptions(EndingOf(still)), cancellationToken);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private static string EndingOf(StrandedSession stranded) => $"{stranded.Session.SessionId}-end";

    private StrandedSessionEnd InputOf(StrandedSession stranded)
    {
        SessionRecord session = stranded.Session;
        string worktree = data.Worktree(session.SessionId);
        // Its orchestration may have ended between making the worktree and saying so.
        if (session.WorktreePath is null && Directory.Exists(worktree))
            session = session with { WorktreePath = worktree, BranchName = RefNames.TeamBranch(session.SessionId) };
        string why = LostInstance.Why(stranded.Instance, "Its");
        return data.IsCancelled(session.SessionId)
            ? new StrandedSessionEnd(session, "cancelled", $"Cancelled by a person. {why}")
            : new StrandedSessionEnd(session, "failed", why);
    }
}
