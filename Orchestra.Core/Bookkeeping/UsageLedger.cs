using System.Globalization;
using Orchestra.Core.Storage;

namespace Orchestra.Core.Bookkeeping;

/// <summary>
/// Who ran how often and at which cost. One partition holds what was counted under an id beside the tallies, so that one batch takes the former
/// entry out and puts the new one in: a step that runs again changes nothing, and reading costs the same whatever the history.
/// </summary>
public sealed class UsageLedger(ITableStore tables)
{
    private const string Partition = "ledger";
    private const string TotalRow = "total";
    private const string AgentPrefix = "agent/";
    private const string ModePrefix = "mode/";
    private const string DatePrefix = "date/";
    private const int Most = 10_000;

    // Writers of this process would only make each other try again.
    private readonly SemaphoreSlim writing = new(1, 1);

    public async Task CountAsync(string id, LedgerEntry entry, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            while (!await TryCountAsync($"entry/{id}", entry, cancellationToken))
            {
                // Another process wrote in between.
            }
        }
        finally
        {
            writing.Release();
        }
    }

    public async Task<Tallies> ReadAsync(CancellationToken cancellationToken) => new(
        await ReadTotalAsync(cancellationToken),
        await ReadAgentsAsync(cancellationToken),
        await ListAsync(ModePrefix, cancellationToken),
        await ListAsync(DatePrefix, cancellationToken));

    public async Task<Tally> ReadTotalAsync(CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, TotalRow, cancellationToken) is { } row ? Json.Read<Tally>(row.Json) : new Tally();

    public Task<IReadOnlyList<(string Name, Tally Tally)>> ReadAgentsAsync(CancellationToken cancellationToken) => ListAsync(AgentPrefix, cancellationToken);

    private async Task<IReadOnlyList<(string Name, Tally Tally)>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(Partition, prefix: prefix, limit: Most, cancellationToken: cancellationToken);
        return [.. rows.Select(r => (r.Row[prefix.Length..], Json.Read<Tally>(r.Json)))];
    }

    private async Task<bool> TryCountAsync(string row, LedgerEntry entry, CancellationToken cancellationToken)
    {
        string json = Json.Write(entry);
        TableRow? counted = await tables.GetAsync(Partition, row, cancellationToken);
        if (counted?.Json == json)
            return true;
        LedgerEntry former = counted is null ? new LedgerEntry(null, []) : Json.Read<LedgerEntry>(counted.Json);
        var writes = new List<TableWrite> { new(Partition, row, json, counted?.ETag ?? TableWrite.Absent) };
        foreach (string tally in former.Runs.Concat(entry.Runs).SelectMany(RowsOf).Append(TotalRow).Distinct())
        {
            TableRow? now = await tables.GetAsync(Partition, tally, cancellationToken);
            Tally sum = now is null ? new Tally() : Json.Read<Tally>(now.Json);
            sum = former.Runs.Where(r => RowsOf(r).Contains(tally)).Aggregate(sum, (s, r) => s.Remove(r));
            sum = entry.Runs.Where(r => RowsOf(r).Contains(tally)).Aggregate(sum, (s, r) => s.Add(r));
            if (tally == TotalRow)
                sum = CountExecution(sum, former, entry);
            writes.Add(new(Partition, tally, Json.Write(sum), now?.ETag ?? TableWrite.Absent));
        }

        return await tables.TryWriteAsync(writes, cancellationToken);
    }

    private static Tally CountExecution(Tally total, LedgerEntry former, LedgerEntry entry) => entry.ExecutedAt is not { } at ? total : total with
    {
        Executions = total.Executions + (former.ExecutedAt is null ? 1 : 0),
        LastExecution = total.LastExecution > at ? total.LastExecution : at,
    };

    private static string[] RowsOf(CountedRun run) =>
        [TotalRow, AgentPrefix + run.Agent, ModePrefix + run.Mode, DatePrefix + run.At.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)];
}
