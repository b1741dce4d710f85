using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>A project whose orchestration has ended without it.</summary>
/// <param name="Project">As it was left.</param>
/// <param name="Ended">Its sessions that have come to their end.</param>
/// <param name="Open">Those whose orchestration has ended without them, too.</param>
/// <param name="Phase">The final one that it gets.</param>
public sealed record StrandedProject(
    ProjectRecord Project, IReadOnlyList<SessionHead> Ended, IReadOnlyList<SessionRecord> Open, string Phase, string Reason);

/// <summary>Brings a project to its end in place of its own orchestration: runs are ended, work is kept, decisions closed, the final phase written and told.</summary>
public static class StrandedOrchestrator
{
    [Function(nameof(StrandedOrchestrator))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        StrandedProject stranded = context.GetInput<StrandedProject>()!;
        ProjectRecord project = stranded.Project;
        ILogger logger = context.CreateReplaySafeLogger(nameof(StrandedOrchestrator));
        var run = new ProjectRun(context, PlanOf(project))
        {
            Prepared = new PreparedProject(project.RepoPath, project.TargetBranch ?? "", project.BaseCommit ?? ""),
        };
        if (!await run.CallAsync<bool>(ActivityNames.EndRuns, new EndRunsInput(project.ProjectId, project.InstanceId)))
            return;
        List<AgentEnd> ends = [.. stranded.Ended.Select(s => new AgentEnd(s.SessionId, s.Status, s.WorktreePath, s.HeadCommit, s.FilesChanged, LeftOut: s.LeftOut))];
        string status = stranded.Phase == Phases.Cancelled ? "cancelled" : "failed";
        foreach (SessionRecord session in stranded.Open)
            ends.Add(await run.EndSessionAsync(session, status, "Its orchestration had ended without it."));
        if (ends.Count > 0)
        {
            run.Record = run.Record with
            {
                CompletedCount = ends.Count(e => Outcomes.IsSuccess(e.Status)),
                FailedCount = ends.Count(e => Outcomes.IsFailure(e.Status)),
            };
        }

        await new EndPhase(run).FinishAsync(ends, stranded.Phase, stranded.Reason);
        Log.ProjectEnded(logger, project.ProjectId, stranded.Phase, $" ({stranded.Reason})");
    }

    /// <summary>As much of a plan as an end needs; the real one may be gone with the instance.</summary>
    private static ProjectPlan PlanOf(ProjectRecord project) => new(
        project.ProjectId, project.ProjectName, project.RepoPath, project.BuildCommand, project.TestCommand, [], new PipelineOptions(new AgentCommand([])),
        new ResumePoint(project.InstanceId ?? project.ProjectId, project, []));
}
