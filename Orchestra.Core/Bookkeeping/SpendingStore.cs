using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Core.Bookkeeping;

/// <summary>What the runs under a budget have used, so that it holds over a restart: a partition per project or single session, a row per run.</summary>
public sealed class SpendingStore(ITableStore tables)
{
    private const int Most = 10_000;

    public Task SaveAsync(string scope, string runId, SpentRun spent, CancellationToken cancellationToken) =>
        tables.WriteAsync([new(Partition(scope), runId, Json.Write(spent))], cancellationToken);

    public async Task<IReadOnlyList<(string RunId, SpentRun Spent)>> ListAsync(string scope, CancellationToken cancellationToken) =>
        [.. (await tables.QueryAsync(Partition(scope), limit: Most, cancellationToken: cancellationToken)).Select(r => (r.Row, Json.Read<SpentRun>(r.Json)))];

    private static string Partition(string scope) => $"spending/{scope}";
}
