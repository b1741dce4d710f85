using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>
/// Undoes a project's landing by a revert that passes the same gates and lands by the same rules. Whatever happens, the project stays
/// completed: either its landing is undone, or it stands and the record says why.
/// </summary>
public static class UnlandOrchestrator
{
    [Function(nameof(UnlandOrchestrator))]
    public static async Task<ProjectRecord> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ProjectPlan plan = context.GetInput<ProjectPlan>()!;
        ILogger logger = context.CreateReplaySafeLogger(nameof(UnlandOrchestrator));
        ProjectRecord landed = plan.Resume!.Record;
        var run = new ProjectRun(context, plan)
        {
            IntegrationRef = RefNames.Integration(plan.Resume.InstanceId),
            Prepared = new PreparedProject(plan.RepoPath, landed.TargetBranch!, landed.BaseCommit!),
        };
        string? obstacle = await TryAsync(run, landed);
        run.Record = run.Record with
        {
            LandedCommit = landed.LandedCommit,
            LandedOn = landed.LandedOn,
            UnlandedCommit = obstacle is null ? run.Head : null,
        };
        await new EndPhase(run).FinishAsync([], Phases.Completed, obstacle is null ? null : $"Not unlanded: {obstacle}");
        Log.UnlandEnded(logger, plan.ProjectId, obstacle);
        return run.Record;
    }

    /// <returns>Why the landing stands; null when it is undone.</returns>
    private static async Task<string?> TryAsync(ProjectRun run, ProjectRecord landed)
    {
        try
        {
            await run.SaveAsync(run.Record);
            MergeOutcome revert = await run.CallAsync<MergeOutcome>(ActivityNames.RevertLanding, new RevertLandingInput(
                run.Prepared.RepoPath, run.IntegrationRef, run.Prepared.TargetBranch, landed.LandedCommit!, landed.LandedOn!,
                Messages.Unland(landed), run.Context.CurrentUtcDateTime));
            if (revert.Commit is null)
                return Messages.UnlandObstacle(landed, revert);
            run.Head = revert.Commit;
            await new GatePhase(run).VerifyAsync();
            await new LandingPhase(run).RunAsync();
            return null;
        }
        catch (PipelineEnd end)
        {
            return end.Message;
        }
        catch (TaskFailedException e)
        {
            return $"{e.TaskName}: {e.FailureDetails.ErrorMessage}";
        }
    }
}
