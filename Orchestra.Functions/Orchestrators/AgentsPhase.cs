using Microsoft.DurableTask;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>waiting: one sub-orchestration per agent, all at once.</summary>
internal sealed class AgentsPhase(ProjectRun run)
{
    public IReadOnlyList<AgentEnd> Ends { get; private set; } = [];

    /// <summary>A retry runs no agent again; it goes on with how they ended.</summary>
    public void TakeOver(IReadOnlyList<SessionHead> sessions) =>
        Ends = [.. sessions.Select(s => new AgentEnd(s.SessionId, s.Status, s.WorktreePath, s.HeadCommit, s.FilesChanged, LeftOut: s.LeftOut))];

    /// <param name="agents">All of the project, or those that a retry adds.</param>
    public async Task RunAsync(IReadOnlyList<AgentPlan> agents)
    {
        await run.EnterAsync(Phases.Waiting);
        var open = agents.Select(StartAsync).ToList();
        List<AgentEnd> ends = [.. Ends];
        while (open.Count > 0)
        {
            Task<AgentEnd> first = await Task.WhenAny(open);
            open.Remove(first);
            AgentEnd end = await first;
            ends.Add(end);
            Ends = ends;
            await run.SaveAsync(run.Record with
            {
                CompletedCount = ends.Count(e => Outcomes.IsSuccess(e.Status)),
                FailedCount = ends.Count(e => Outcomes.IsFailure(e.Status)),
                Usage = RunUsage.Sum(run.Record.Usage, end.Usage),
            });
        }

        run.ThrowIfCancelled();
        if (!ends.Exists(e => Outcomes.IsSuccess(e.Status)))
            throw new PipelineEnd(Phases.Failed, $"None of the {ends.Count} agents completed.");
    }

    private Task<AgentEnd> StartAsync(AgentPlan agent) =>
        run.Context.CallSubOrchestratorAsync<AgentEnd>(
            nameof(AgentOrchestrator),
            new AgentStart(run.Plan.ProjectId, run.Prepared.RepoPath, run.Prepared.BaseCommit, agent, run.Prepared.TargetBranch, ProjectBudget: run.Plan.Budget),
            new SubOrchestrationOptions(instanceId: agent.SessionId));
}
