using Orchestra.Core.Storage;

namespace Orchestra.Bench;

/// <summary>Gathers writes into batches, so that a long history is laid out in seconds and through the same code that writes a live one.</summary>
internal sealed class GatheredWrites(ITableStore store) : ITableStore
{
    private readonly Dictionary<string, List<TableWrite>> waiting = [];

    public async Task WriteAsync(IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken = default)
    {
        foreach (TableWrite write in writes)
        {
            if (!waiting.TryGetValue(write.Partition, out List<TableWrite>? batch))
                waiting[write.Partition] = batch = [];
            batch.Add(write);
            if (batch.Count == TableLimits.BatchWrites)
                await FlushAsync(write.Partition, cancellationToken);
        }
    }

    public async Task FlushAsync()
    {
        foreach (string partition in waiting.Keys.ToArray())
            await FlushAsync(partition, CancellationToken.None);
    }

    public Task<TableRow?> GetAsync(string partition, string row, CancellationToken cancellationToken = default) =>
        store.GetAsync(partition, row, cancellationToken);

    public Task<IReadOnlyList<TableRow>> QueryAsync(
        string partition, string? after = null, string? prefix = null, int limit = 1000, bool descending = false, CancellationToken cancellationToken = default) =>
        store.QueryAsync(partition, after, prefix, limit, descending, cancellationToken);

    public Task<int> CountAsync(string partition, CancellationToken cancellationToken = default) => store.CountAsync(partition, cancellationToken);

    private async Task FlushAsync(string partition, CancellationToken cancellationToken)
    {
        if (waiting.Remove(partition, out List<TableWrite>? batch))
            await store.WriteAsync(batch, cancellationToken);
    }
}
