using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>
/// The General Manager's pipeline: launching, waiting, analyzing, merging, building, testing, landing. Its instance id is the project id; a retry is
/// a new instance that takes up what the ended one had reached.
/// It only decides; every effect is an activity that maps commits to commits, so that a crash at any point is a resume.
/// </summary>
public static class ProjectOrchestrator
{
    [Function(nameof(ProjectOrchestrator))]
    public static async Task<ProjectRecord> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ProjectPlan plan = context.GetInput<ProjectPlan>()!;
        ILogger logger = context.CreateReplaySafeLogger(nameof(ProjectOrchestrator));
        var run = new ProjectRun(context, plan);
        var agents = new AgentsPhase(run);
        (string phase, string? reason) = await EndOfAsync(run, agents);
        await new EndPhase(run).FinishAsync(agents.Ends, phase, reason);
        Log.ProjectEnded(logger, plan.ProjectId, phase, reason is null ? "" : $" ({reason})");
        return run.Record;
    }

    private static async Task<(string Phase, string? Reason)> EndOfAsync(ProjectRun run, AgentsPhase agents)
    {
        try
        {
            await run.SaveAsync(run.Record);
            if (run.Plan.Resume is { } from)
                return await ResumeAsync(run, agents, from);
            run.Prepared = await run.CallAsync<PreparedProject>(
                ActivityNames.PrepareProject, new PrepareProjectInput(run.Plan.ProjectId, run.Plan.RepoPath));
            run.Head = run.Prepared.BaseCommit;
            run.Record = run.Record with { TargetBranch = run.Prepared.TargetBranch, BaseCommit = run.Prepared.BaseCommit };

            await agents.RunAsync(run.Plan.Agents);
            run.Ends = agents.Ends;
            return await MergeAndLandAsync(run, agents.Ends);
        }
        catch (PipelineEnd end)
        {
            return (end.Phase, end.Message);
        }
        catch (TaskFailedException e)
        {
            return (Phases.Failed, $"{e.TaskName}: {e.FailureDetails.ErrorMessage}");
        }
    }

    /// <summary>A retry: agents' ends and merges are those of the run that ended, and of agents that it adds; what was merged must pass the gates first.</summary>
    private static async Task<(string Phase, string? Reason)> ResumeAsync(ProjectRun run, AgentsPhase agents, ResumePoint from)
    {
        run.Prepared = new PreparedProject(run.Plan.RepoPath, from.Record.TargetBranch!, from.Record.BaseCommit!);
        agents.TakeOver(from.Sessions);
        if (from.Agents is { Count: > 0 } added)
            await agents.RunAsync(added);
        run.Ends = agents.Ends;
        run.Head = await run.CallAsync<string>(
            ActivityNames.ResumeIntegration, new ResumeIntegrationInput(run.Plan.ProjectId, run.Plan.RepoPath, run.Head));
        if (run.Head != run.Prepared.BaseCommit)
            await new GatePhase(run).VerifyAsync();
        var settled = run.Record.Merges.Select(m => m.SessionId).ToHashSet(StringComparer.Ordinal);
        return await MergeAndLandAsync(run, [.. agents.Ends.Where(e => !settled.Contains(e.SessionId))]);
    }

    private static async Task<(string Phase, string? Reason)> MergeAndLandAsync(ProjectRun run, IReadOnlyList<AgentEnd> ends)
    {
        if (await new MergePhase(run, new GatePhase(run)).RunAsync(ends))
            await new LandingPhase(run).RunAsync();
        return (Phases.Completed, null);
    }
}
