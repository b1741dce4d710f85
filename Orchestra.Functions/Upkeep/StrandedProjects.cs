using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Http;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.Upkeep;

/// <summary>A project that looks alive while its orchestration is not.</summary>
/// <param name="Instance">What is left of the orchestration, with its input; null when it is gone.</param>
public sealed record Stranded(ProjectRecord Project, OrchestrationMetadata? Instance)
{
    public string InstanceId => Project.InstanceId ?? Project.ProjectId;

    public string State => LostInstance.State(Instance);
}

/// <summary>
/// Projects whose orchestration has ended without them, because somebody terminated or purged it or because it failed. They are brought to an end by
/// another one: cancelled when a person cancels or has cancelled them, otherwise failed, so that people see it and can retry.
/// </summary>
public sealed class StrandedProjects(ProjectStore store, DataFolder data, TimeProvider time, ILogger<StrandedProjects> logger)
{
    private const int Most = 1000;

    // Of two at once the second must see what the first has begun.
    private readonly SemaphoreSlim oneAtATime = new(1);
    private HashSet<string> seen = [];

    [Function("StrandedProjects")]
    public Task Run(
        [TimerTrigger("20 * * * * *", UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => LookAsync(client, cancellationToken);

    /// <summary>
    /// Ends those that are found a second time. A person's cancel is enough at once; without it, one whose instance is gone is left alone: the runtime's
    /// store may be another one than it was, and the instance alive in the former.
    /// </summary>
    public async Task LookAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        HashSet<string> found = [];
        foreach (string phase in Phases.All.Where(p => !Phases.IsFinal(p)))
        {
            ListPage<ProjectRecord> page = await store.ListProjectsAsync(new ListRange(Most), cancellationToken, new ProjectFilter(phase, null));
            foreach (ProjectRecord project in page.Items)
            {
                if (await FindAsync(client, project, cancellationToken) is not { } stranded)
                    continue;
                found.Add(stranded.InstanceId);
                if (data.IsCancelled(project.ProjectId) || (stranded.Instance is not null && seen.Contains(stranded.InstanceId)))
                    await EndAsync(client, stranded, cancellationToken);
            }
        }

        seen = found;
    }

    /// <returns>Null when the project has ended or its orchestration goes on.</returns>
    public async Task<Stranded?> FindAsync(DurableTaskClient client, ProjectRecord project, CancellationToken cancellationToken)
    {
        if (Phases.IsFinal(project.Phase))
            return null;
        string id = project.InstanceId ?? project.ProjectId;
        OrchestrationMetadata? instance = await client.GetInstanceAsync(id, cancellationToken);
        if (instance is { IsCompleted: false })
            return null;
        if (instance is not null)
            instance = await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        // Between the two looks it may have ended as it should, and a retry may have begun. An instance ends only after its project is stored.
        return await store.FindProjectAsync(project.ProjectId, cancellationToken) is { } now && !Phases.IsFinal(now.Phase) && now.InstanceId == project.InstanceId
            ? new Stranded(now, instance)
            : null;
    }

    /// <summary>Cancels: the project's mark is set already, which ends its agents. What they do not manage in time, the timer goes on with.</summary>
    public async Task CancelAsync(DurableTaskClient client, Stranded stranded, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> atWork = await EndAsync(client, stranded, cancellationToken);
        if (await LostInstance.WaitAsync(client, atWork, time, cancellationToken))
            await EndAsync(client, stranded, cancellationToken);
    }

    /// <summary>Begins the end, unless agents of it still work: their work is not thrown away for it.</summary>
    /// <returns>The sessions of those.</returns>
    public async Task<IReadOnlyList<string>> EndAsync(DurableTaskClient client, Stranded stranded, CancellationToken cancellationToken)
    {
        string ending = EndingOf(stranded);
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (await client.GetInstanceAsync(ending, cancellationToken) is { IsCompleted: false }
                || await FindAsync(client, stranded.Project, cancellationToken) is not { } still)
                return [];
            IReadOnlyList<SessionRecord> sessions = await store.ListSessionsAsync(still.Project.ProjectId, cancellationToken);
            List<string> atWork = await AtWorkAsync(client, still, sessions, cancellationToken);
            if (atWork.Count == 0)
            {
                Log.ProjectStranded(logger, still.Project.ProjectId, still.Project.Phase, still.State);
                await client.ScheduleNewOrchestrationInstanceAsync(
                    nameof(StrandedOrchestrator), InputOf(still, sessions), new StartOrchestrationOptions(ending), cancellationToken);
            }

            return atWork;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Waits a moment for the end that was begun.</summary>
    public Task WaitAsync(DurableTaskClient client, Stranded stranded, CancellationToken cancellationToken) =>
        LostInstance.WaitAsync(client, [EndingOf(stranded)], time, cancellationToken);

    private static string EndingOf(Stranded stranded) => $"{stranded.InstanceId}-end";

    // Also agents that were started and have not yet said so.
    private static async Task<List<string>> AtWorkAsync(
        DurableTaskClient client, Stranded stranded, IReadOnlyList<SessionRecord> sessions, CancellationToken cancellationToken)
    {
        IEnumerable<string> planned = stranded.Instance?.ReadInputAs<ProjectPlan>()?.Agents.Select(a => a.SessionId) ?? [];
        IEnumerable<string> ended = sessions.Where(s => !s.IsRunning).Select(s => s.SessionId);
        List<string> atWork = [];
        foreach (string id in planned.Union(sessions.Select(s => s.SessionId)).Except(ended))
        {
            if (await client.GetInstanceAsync(id, cancellationToken) is { IsCompleted: false })
                atWork.Add(id);
        }

        return atWork;
    }

    private StrandedProject InputOf(Stranded stranded, IReadOnlyList<SessionRecord> sessions)
    {
        ProjectRecord project = stranded.Project;
        // Undoing a landing has no agents, and the project stays completed whatever becomes of it.
        if (project.LandedCommit is not null && stranded.InstanceId == $"{project.ProjectId}-unland-{project.Unlands}")
        {
            return new StrandedProject(project, [], [], Phases.Completed,
                $"{Why(stranded)} That was while the landing was being taken back: look whether {project.TargetBranch} has {project.IntegrationCommit}.");
        }

        bool cancelled = data.IsCancelled(project.ProjectId);
        return new StrandedProject(
            project,
            [.. sessions.Where(s => !s.IsRunning && s.MergeResult is null).Select(s => new SessionHead(s.SessionId, s.Status, s.WorktreePath, s.HeadCommit, s.FilesChanged, s.LeftOut))],
            [.. sessions.Where(s => s.IsRunning)],
            cancelled ? Phases.Cancelled : Phases.Failed,
            cancelled ? $"Cancelled by a person. {Why(stranded)}" : $"{Why(stranded)} A retry goes on from where it was.");
    }

    private static string Why(Stranded stranded) => LostInstance.Why(stranded.Instance, "The project's");
}
