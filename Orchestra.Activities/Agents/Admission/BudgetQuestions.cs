using Orchestra.Activities.Processes;
using Orchestra.Activities.State;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>Asks a person for more when a budget is used up: once per limit, however many agents it stops.</summary>
public sealed class BudgetQuestions(ProjectStore store, DecisionDesk desk, RunsConfig config, TimeProvider time)
{
    // Who waits is called as soon as there is an answer; this is for calls that were lost.
    private static readonly TimeSpan AskAgain = TimeSpan.FromHours(1);

    private readonly KeyedLock asking = new();

    public bool MayAsk => config.AskOverBudget;

    public Task<IReadOnlyList<DecisionRecord>> ListAsync(string projectId, CancellationToken cancellationToken) =>
        store.ListDecisionsAsync(projectId, cancellationToken);

    /// <param name="sessionId">Whose budget it is; null: the project's.</param>
    /// <param name="planned">The budget before anything was granted.</param>
    /// <param name="reason">For people.</param>
    /// <returns>What the agent waits for; null when the answer is no.</returns>
    public async Task<AgentWait?> AskAsync(
        string projectId, string? sessionId, Budget planned, SpentRun spent, string reason, CancellationToken cancellationToken)
    {
        using IDisposable _ = await asking.EnterAsync(projectId, cancellationToken);
        IReadOnlyList<DecisionRecord> decisions = await ListAsync(projectId, cancellationToken);
        Budget limit = BudgetGrants.Held(planned, decisions, sessionId)!;
        DateTime now = time.GetUtcNow().UtcDateTime;
        DecisionRecord? asked = BudgetGrants.About(decisions, sessionId).LastOrDefault(d => d.Context.Budget?.Limit == limit);
        if (asked is not null && asked.Status != "pending") return null;
        DecisionRecord decision = asked ?? New(projectId, sessionId, new BudgetOverrun(limit, spent.CostUsd, spent.Turns, limit.Raised(planned, spent)), reason, now);
        // Also of one that is open: a crash may have come before its event, which is taken once.
        await desk.OpenAsync(decision, cancellationToken);
        return new AgentWait(WaitKinds.Budget, $"{decision.Description} Decision {decision.DecisionId} asks for more.", now + AskAgain);
    }

    /// <summary>The session has ended: nobody waits for the answer.</summary>
    public async Task CloseAsync(string projectId, string sessionId, CancellationToken cancellationToken)
    {
        foreach (DecisionRecord open in BudgetGrants.About(await ListAsync(projectId, cancellationToken), sessionId).Where(d => d.Status == "pending"))
            await desk.CloseAsync(open, cancellationToken);
    }

    private static DecisionRecord New(string projectId, string? sessionId, BudgetOverrun overrun, string reason, DateTime now) => new()
    {
        DecisionId = Ids.New(now),
        ProjectId = projectId,
        DecisionType = DecisionTypes.BudgetExceeded,
        Description = reason,
        ProposedAction = $"Approve to go on with {overrun.Proposed.InWords} in all, or with limits that you name; reject to end {(sessionId is null ? "the agents that wait" : "the agent")}. The work is kept either way.",
        Context = new DecisionContext(SessionId: sessionId, Budget: overrun),
        Status = "pending",
        CreatedAt = now,
    };
}
