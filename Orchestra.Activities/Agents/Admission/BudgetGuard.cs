using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>Holds an agent to its own budget and to that of its project, which all its agents share.</summary>
internal sealed class BudgetGuard(Spendings spendings, AgentRun agent) : IAgentGuard
{
    private readonly string scope = agent.ProjectId ?? agent.SessionId ?? agent.RunId;
    private readonly string session = agent.SessionId ?? agent.RunId;

    public bool MayPause => false;

    /// <summary>Why the agent may not begin; null when it may.</summary>
    public async Task<string?> FindObstacleAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        return Exceeded(begins: true);
    }

    public Task LoadAsync(CancellationToken cancellationToken) => spendings.LoadAsync(scope, cancellationToken);

    public RunEnd? Look(AgentRun run, RunUsage? usage, int turns)
    {
        spendings.Note(scope, run.RunId, Spent(usage, turns));
        return Exceeded(begins: false) is { } reason ? new RunEnd(RunStatus.BudgetExceeded, null, reason, ByUs: true) : null;
    }

    public Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken) =>
        spendings.SettleAsync(scope, run.RunId, Spent(result.Usage, result.Turns), cancellationToken);

    private SpentRun Spent(RunUsage? usage, int turns) => new(session, usage?.CostUsd ?? 0, turns);

    private string? Exceeded(bool begins) =>
        agent.Budget?.ExceededBy(spendings.Sum(scope, session), "agent", begins) ?? agent.ProjectBudget?.ExceededBy(spendings.Sum(scope), "project", begins);
}
