using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Quota;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>Opens the breaker of an account whose quota a run has used up, and interrupts those that run on it.</summary>
internal sealed class QuotaGuard(QuotaBreakers breakers, ClientAccounts accounts, bool mayPause) : IAgentGuard
{
    public bool MayPause => mayPause;

    /// <summary>Of the run that ended last.</summary>
    public QuotaBreaker? Opened { get; private set; }

    public RunEnd? Look(AgentRun run, RunUsage? usage, int turns) =>
        mayPause && accounts.Of(run.Command) is { } account && breakers.FindOpenHere(account) is { } open
            ? new RunEnd(RunStatus.Quota, null, $"Interrupted, as the quota is used up: {open.Reason}", ByUs: true)
            : null;

    public async Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken)
    {
        Opened = null;
        if (result.Status != RunStatus.Quota || accounts.Of(run.Command) is not { } account) return;
        // One that was interrupted met no limit itself; one that did may know better when it ends.
        QuotaBreaker? open = result.QuotaUntil is null ? breakers.FindOpenHere(account) : null;
        Opened = open ?? await breakers.OpenAsync(account, result.Error ?? "quota", result.QuotaUntil, cancellationToken);
    }
}
