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
        List<(AgentPlan Agent, Task<AgentEnd> End)> open = [.. agents.Select(a => (a, StartAsync(a)))];
        List<AgentEnd> ends = [.. Ends];
        while (open.Count > 0)
        {
            Task<AgentEnd> first = await Task.WhenAny(open.Select(o => o.End));
            AgentPlan agent = open.First(o => o.End == first).Agent;
            open.RemoveAll(o => o.End == first);
            AgentEnd end = await EndOfAsync(agent, first);
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
            throw new PipelineEnd(Phases.Failed, Messages.NobodyCompleted(ends));
    }

    /// <summary>An agent whose orchestration was terminated, or could not store its end, has failed; the others go on.</summary>
    private async Task<AgentEnd> EndOfAsync(AgentPlan agent, Task<AgentEnd> child)
    {
        try
        {
            return await child;
        }
        catch (TaskFailedException e) when (run.Plan.Rules >= PipelineRules.LostAgents)
        {
            // The genuine engine tells no details of a child that was terminated.
            return await run.EndSessionAsync(
                new SessionRun(run.Context, Start(agent)).Session, "failed", e.FailureDetails?.ErrorMessage ?? $"The orchestration '{agent.SessionId}' was terminated.");
        }
    }

    private Task<AgentEnd> StartAsync(AgentPlan agent) =>
        run.Context.CallSubOrchestratorAsync<AgentEnd>(nameof(AgentOrchestrator), Start(agent), new SubOrchestrationOptions(instanceId: agent.SessionId));

    private AgentStart Start(AgentPlan agent) =>
        new(run.Plan.ProjectId, run.Prepared.RepoPath, run.Prepared.BaseCommit, agent, run.Prepared.TargetBranch, ProjectBudget: run.Plan.Budget);
}
