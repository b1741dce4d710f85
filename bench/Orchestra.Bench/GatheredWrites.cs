using Orchestra.Core.Storage;

namespace Orchestra.Bench;

/// <summary>
/// Gathers writes into batches, so that a long history is laid out in seconds and through the same code that writes a live one. What is gathered
/// is read back by key; there is one writer, so conditions hold.
/// </summary>
internal sealed class GatheredWrites(ITableStore store) : ITableStore
{
    private const int MostWaiting = 20 * TableLimits.BatchWrites;
    private readonly Dictionary<string, Dictionary<string, TableWrite>> waiting = [];

    public async Task WriteAsync(IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken = default)
    {
        foreach (TableWrite write in writes)
        {
            if (!waiting.TryGetValue(write.Partition, out Dictionary<string, TableWrite>? rows))
                waiting[write.Partition] = rows = [];
            rows[write.Row] = write with { IfMatch = null };
            if (rows.Count >= MostWaiting)
                await FlushAsync(write.Partition, cancellationToken);
        }
    }

    public async Task FlushAsync()
    {
        foreach (string partition in waiting.Keys.ToArray())
            await FlushAsync(partition, CancellationToken.None);
    }

    public Task<TableRow?> GetAsync(string partition, string row, CancellationToken cancellationToken = default) =>
        waiting.TryGetValue(partition, out var rows) && rows.TryGetValue(row, out TableWrite? write)
            ? Task.FromResult(write.Json is null ? null : new TableRow(partition, row, write.Json, "gathered"))
            : store.GetAsync(partition, row, cancellationToken);

    public async Task<IReadOnlyList<TableRow?>> GetAsync(IReadOnlyList<(string Partition, string Row)> keys, CancellationToken cancellationToken = default) =>
        await Task.WhenAll(keys.Select(key => GetAsync(key.Partition, key.Row, cancellationToken)));

    public Task<IReadOnlyList<TableRow>> QueryAsync(
        string partition, string? after = null, string? prefix = null, int limit = 1000, bool descending = false, int skip = 0,
        CancellationToken cancellationToken = default) =>
        store.QueryAsync(partition, after, prefix, limit, descending, skip, cancellationToken);

    public Task<int> CountAsync(string partition, CancellationToken cancellationToken = default) => store.CountAsync(partition, cancellationToken);

    public Task<int> CountAsync(string partition, string from, string end, CancellationToken cancellationToken = default) =>
        store.CountAsync(partition, from, end, cancellationToken);

    private async Task FlushAsync(string partition, CancellationToken cancellationToken)
    {
        if (!waiting.Remove(partition, out Dictionary<string, TableWrite>? rows))
            return;
        foreach (TableWrite[] batch in rows.Values.Chunk(TableLimits.BatchWrites))
            await store.WriteAsync(batch, cancellationToken);
    }
}
