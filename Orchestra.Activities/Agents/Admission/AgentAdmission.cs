using Orchestra.Activities.Processes;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Quota;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>
/// Lets an agent run when it may. One that must wait is sent back at once with the reason: its orchestration waits, so that waiting costs
/// nothing and outlives the host.
/// </summary>
public sealed class AgentAdmission
{
    private static readonly TimeSpan RoomAskAgain = TimeSpan.FromSeconds(30);

    private readonly AgentRunner runner;
    private readonly AgentPlaces places;
    private readonly MachineRoom room;
    private readonly QuotaBreakers? breakers;
    private readonly Spendings? spendings;
    private readonly BudgetQuestions? questions;
    private readonly ClientAccounts accounts;
    private readonly QuotaConfig quota;
    private readonly TimeProvider time;
    private readonly IRunObserver? observer;

    internal AgentAdmission(
        AgentRunner runner, AgentPlaces places, MachineRoom room, QuotaBreakers? breakers, ClientAccounts accounts, QuotaConfig quota,
        Spendings? spendings, BudgetQuestions? questions, TimeProvider time, IRunObserver? observer)
    {
        this.spendings = spendings;
        this.questions = questions;
        this.breakers = breakers;
        this.accounts = accounts;
        this.quota = quota;
        this.runner = runner;
        this.places = places;
        this.room = room;
        this.time = time;
        this.observer = observer;
    }

    /// <exception cref="OperationCanceledException">As for <see cref="AgentRunner.RunAsync"/>.</exception>
    public async Task<RunResult> RunAsync(AgentRun run, CancellationToken cancellationToken)
    {
        RunResult result = await AdmitAsync(run, cancellationToken);
        if (observer is not null) await observer.EndedAsync(run, result, cancellationToken);
        return result;
    }

    private async Task<RunResult> AdmitAsync(AgentRun run, CancellationToken cancellationToken)
    {
        // Planned by a version that knew of no waiting.
        if (run.Waiter is not { } waiter) return await runner.RunAsync(run, cancellationToken);

        string owner = run.ProjectId ?? run.SessionId ?? run.RunId;
        BudgetGuard? budget = BudgetOf(run);
        if (budget is not null)
        {
            await budget.LoadAsync(cancellationToken);
            run = run with { Remark = budget.Remark };
            if (budget.Raised is { } raised) run = run with { Command = RaisedBudget.On(run.Command, raised) };
        }
        AgentRun current = runner.Current(run);
        if (budget is not null && runner.FindResult(current) is { Status: RunStatus.BudgetExceeded } former && (budget.MayGoOn(former) || runner.IsCancelled(current)))
            runner.Reopen(current);
        if (runner.IsUnderWay(current))
        {
            places.Enter(run.RunId, owner, waiter);
        }
        else
        {
            if (budget?.FindObstacle() is { } obstacle)
                return await budget.AskAsync(null, cancellationToken) is { } answer ? NotBegun(RunStatus.Failed, answer.Reason) with { Wait = answer } : NotBegun(RunStatus.BudgetExceeded, obstacle);
            if (await OpenAsync(current, cancellationToken) is { } open)
            {
                // Hybrid goes on with the CLI, unless that may do no more either: then with whichever may again first.
                current = runner.Current(run, apiIsShut: true);
                if (await OpenAsync(current, cancellationToken) is { } still) return Waiting(still.Until < open.Until ? still : open);
            }
            if (room.Shortage(run.RepoPath) is { } shortage) return Waiting(WaitKinds.Resources, shortage, RoomAskAgain);
            if (!places.TryEnter(run.RunId, owner, waiter, out IReadOnlyList<string> calls))
                return Waiting(WaitKinds.Place, $"{places.Most} agents run already (runs.max_parallel_agents).", AgentPlaces.AskAgain) with { Calls = calls };
        }

        QuotaGuard? guard = breakers is null ? null : new QuotaGuard(breakers, accounts, run.Pauses < quota.MaxPauses);
        AgentGuards guards = new([.. new IAgentGuard?[] { budget, guard }.OfType<IAgentGuard>()]);
        IReadOnlyList<string> next = [];
        RunResult result;
        try
        {
            if (observer is not null) await observer.BegunAsync(run, cancellationToken);
            result = await runner.RunAsync(run, current, guards, cancellationToken);
        }
        finally
        {
            next = places.Leave(run.RunId);
        }
        AgentWait? pause = result.Status switch
        {
            RunStatus.Quota when guard is { MayPause: true, Opened: { } opened } => WaitFor(opened),
            RunStatus.BudgetExceeded when budget is not null => await budget.AskAsync(result, cancellationToken),
            _ => null,
        };
        return result with { Calls = next, Wait = pause };
    }

    // Whose costs nobody tells draws on no budget.
    private BudgetGuard? BudgetOf(AgentRun run) =>
        spendings is not null && questions is not null && (run.Budget ?? run.ProjectBudget) is not null && ClientModes.HasEventStream(run.Command.Client)
            ? new BudgetGuard(spendings, questions, run, time)
            : null;

    private async Task<QuotaBreaker?> OpenAsync(AgentRun run, CancellationToken cancellationToken) =>
        breakers is not null && accounts.Of(run.Command) is { } account ? await breakers.FindOpenAsync(account, cancellationToken) : null;

    private RunResult Waiting(QuotaBreaker open) => NotBegun(RunStatus.Failed, open.Reason) with { Wait = WaitFor(open) };

    private static AgentWait WaitFor(QuotaBreaker open) => new(WaitKinds.Quota, $"The quota of {open.Client} is used up: {open.Reason}", open.Until);

    private RunResult Waiting(string kind, string reason, TimeSpan askAgain) =>
        NotBegun(RunStatus.Failed, reason) with { Wait = new AgentWait(kind, reason, time.GetUtcNow().UtcDateTime + askAgain) };

    private RunResult NotBegun(RunStatus status, string reason)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return new RunResult(status, null, "", reason, now, now);
    }
}
