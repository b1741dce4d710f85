using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>Holds an agent to its own budget and to that of its project, which all its agents share.</summary>
internal sealed class BudgetGuard(Spendings spendings, BudgetQuestions questions, AgentRun agent, TimeProvider time) : IAgentGuard
{
    private readonly string scope = agent.ProjectId ?? agent.SessionId ?? agent.RunId;
    private readonly string session = agent.SessionId ?? agent.RunId;

    // With what was granted since they were planned.
    private Budget? own = agent.Budget;
    private Budget? project = agent.ProjectBudget;
    private DateTime? ownGrant;

    public bool MayPause => false;

    /// <summary>The agent's own budget, if it is another one than planned.</summary>
    public Budget? Raised => own == agent.Budget ? null : own;

    /// <summary>What the person said who granted more last.</summary>
    public string? Remark { get; private set; }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await spendings.LoadAsync(scope, cancellationToken);
        if (agent.ProjectId is null) return;
        IReadOnlyList<DecisionRecord> decisions = await questions.ListAsync(agent.ProjectId, cancellationToken);
        own = BudgetGrants.Held(agent.Budget, decisions, session);
        project = BudgetGrants.Held(agent.ProjectBudget, decisions, null);
        ownGrant = LastGrant(decisions, session)?.ResolvedAt;
        Remark = new[] { LastGrant(decisions, session), LastGrant(decisions, null) }.OfType<DecisionRecord>().MaxBy(d => d.ResolvedAt)?.Comment;
    }

    /// <summary>Why the agent may not begin; null when it may.</summary>
    public string? FindObstacle() => Exceeded(begins: true);

    /// <summary>Whether a run that ended for its budget may go on now.</summary>
    public bool MayGoOn(RunResult ended) => MayAsk && FindObstacle() is null && (ended.ByUs || ownGrant >= ended.CompletedAt);

    /// <summary>Asks a person for more.</summary>
    /// <param name="ended">What the budget ended; null: the run has not begun.</param>
    /// <returns>What the agent waits for; null when nobody is asked or the answer is no.</returns>
    public async Task<AgentWait?> AskAsync(RunResult? ended, CancellationToken cancellationToken)
    {
        if (!MayAsk) return null;
        await LoadAsync(cancellationToken);
        SpentRun mine = spendings.Sum(scope, session), all = spendings.Sum(scope);
        if (own?.ExceededBy(mine, "agent", begins: true) is { } used) return await AskAsync(session, agent.Budget!, mine, used, cancellationToken);
        if (project?.ExceededBy(all, "project", begins: true) is { } shared) return await AskAsync(null, agent.ProjectBudget!, all, shared, cancellationToken);
        // Its client counts otherwise than we do, or has a limit of its own in the configuration.
        if (ended is { ByUs: false }) return own is null ? null : await AskAsync(session, agent.Budget!, mine, ended.Error ?? "A limit of the agent was reached.", cancellationToken);
        return new AgentWait(WaitKinds.Budget, "The budget was raised.", time.GetUtcNow().UtcDateTime);
    }

    public RunEnd? Look(AgentRun run, RunUsage? usage, int turns)
    {
        spendings.Note(scope, run.RunId, Spent(usage, turns));
        return Exceeded(begins: false) is { } reason ? new RunEnd(RunStatus.BudgetExceeded, null, reason, ByUs: true) : null;
    }

    public async Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken)
    {
        await spendings.SettleAsync(scope, run.RunId, Spent(result.Usage, result.Turns), cancellationToken);
        if (result.Status == RunStatus.Cancelled && agent.ProjectId is { } projectId) await questions.CloseAsync(projectId, session, cancellationToken);
    }

    private static DecisionRecord? LastGrant(IEnumerable<DecisionRecord> decisions, string? sessionId) =>
        BudgetGrants.About(decisions, sessionId).LastOrDefault(d => d.Granted is not null);

    private bool MayAsk => agent.ProjectId is not null && questions.MayAsk;

    private Task<AgentWait?> AskAsync(string? sessionId, Budget planned, SpentRun spent, string reason, CancellationToken cancellationToken) =>
        questions.AskAsync(agent.ProjectId!, sessionId, planned, spent, reason, cancellationToken);

    private SpentRun Spent(RunUsage? usage, int turns) => new(session, usage?.CostUsd ?? 0, turns);

    private string? Exceeded(bool begins) =>
        own?.ExceededBy(spendings.Sum(scope, session), "agent", begins) ?? project?.ExceededBy(spendings.Sum(scope), "project", begins);
}
