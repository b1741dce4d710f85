using System.Collections.Concurrent;
using Orchestra.Core.Bookkeeping;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>What runs under a budget have used so far, those that go on included. Scopes are projects and single sessions.</summary>
public sealed class Spendings(SpendingStore store)
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, SpentRun>> scopes = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, bool> loaded = new(StringComparer.Ordinal);

    /// <summary>Takes up what was noted before a restart.</summary>
    public async Task LoadAsync(string scope, CancellationToken cancellationToken)
    {
        if (loaded.ContainsKey(scope)) return;
        IReadOnlyList<(string RunId, SpentRun Spent)> stored = await store.ListAsync(scope, cancellationToken);
        ConcurrentDictionary<string, SpentRun> runs = RunsOf(scope);
        // What this process knows already is newer.
        foreach ((string runId, SpentRun spent) in stored) runs.TryAdd(runId, spent);
        loaded[scope] = true;
    }

    public void Note(string scope, string runId, SpentRun spent) => RunsOf(scope)[runId] = spent;

    public async Task SettleAsync(string scope, string runId, SpentRun spent, CancellationToken cancellationToken)
    {
        Note(scope, runId, spent);
        await store.SaveAsync(scope, runId, spent, cancellationToken);
    }

    /// <param name="sessionId">Null: of the whole scope.</param>
    public SpentRun Sum(string scope, string? sessionId = null) => RunsOf(scope).Values
        .Where(r => sessionId is null || r.SessionId == sessionId)
        .Aggregate(new SpentRun(sessionId ?? scope, 0, 0), (sum, r) => sum with { CostUsd = sum.CostUsd + r.CostUsd, Turns = sum.Turns + r.Turns });

    private ConcurrentDictionary<string, SpentRun> RunsOf(string scope) => scopes.GetOrAdd(scope, _ => new ConcurrentDictionary<string, SpentRun>(StringComparer.Ordinal));
}
