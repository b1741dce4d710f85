using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Orchestra.Core.Storage;

namespace Orchestra.Storage.AzureTables;

/// <summary>
/// The state store in one Azure table. Azure Tables sorts upwards only and counts nothing: the last rows of a partition and its count are found by
/// reading its keys, a thousand at a time. Throttling and faults of the server are tried again by the client, a bounded number of times.
/// </summary>
public sealed class AzureTableStore : ITableStore
{
    public const string DefaultTable = "OrchestraState";
    private const int GetsAtOnce = 16;
    private const int PageSize = 1000;
    private static readonly string[] KeysOnly = ["RowKey"];
    private readonly TableClient table;
    private readonly TableBatch batches;

    /// <param name="connection">As <c>AzureWebJobsStorage</c> has it; <c>UseDevelopmentStorage=true</c> is the local emulator.</param>
    /// <exception cref="IOException">The storage cannot be reached or refuses us; the message says what to do.</exception>
    public AzureTableStore(string connection, string tableName = DefaultTable, Action<TableClientOptions>? configure = null)
    {
        var options = new TableClientOptions
        {
            Retry = { Mode = RetryMode.Exponential, MaxRetries = 5, Delay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(5), NetworkTimeout = TimeSpan.FromSeconds(30) },
        };
        configure?.Invoke(options);
        try
        {
            table = new TableClient(connection, tableName, options);
            table.CreateIfNotExists();
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or FormatException or InvalidOperationException or ArgumentException)
        {
            // The cause may quote the connection, which holds a key.
            string cause = e is RequestFailedException or AggregateException ? FirstLine(e.GetBaseException().Message) : "The connection string is not valid.";
            throw new IOException($"The Azure table storage cannot be used: {cause} Check AzureWebJobsStorage, and that the emulator runs if it is named there.", e);
        }

        batches = new TableBatch(table);
    }

    public async Task<TableRow?> GetAsync(string partition, string row, CancellationToken cancellationToken = default)
    {
        NullableResponse<TableEntity> found = await table.GetEntityIfExistsAsync<TableEntity>(
            TableKey.Escape(partition), TableKey.Escape(row), cancellationToken: cancellationToken);
        return found.HasValue ? TableDocument.Read(partition, found.Value!) : null;
    }

    public async Task<IReadOnlyList<TableRow?>> GetAsync(IReadOnlyList<(string Partition, string Row)> keys, CancellationToken cancellationToken = default)
    {
        var rows = new TableRow?[keys.Count];
        await Parallel.ForAsync(0, keys.Count, new ParallelOptions { MaxDegreeOfParallelism = GetsAtOnce, CancellationToken = cancellationToken }, async (i, stop) =>
            rows[i] = await GetAsync(keys[i].Partition, keys[i].Row, stop));
        return rows;
    }

    public async Task<IReadOnlyList<TableRow>> QueryAsync(
        string partition, string? after = null, string? prefix = null, int limit = 1000, bool descending = false, int skip = 0,
        CancellationToken cancellationToken = default)
    {
        if (limit <= 0)
            return [];
        var range = new RowRange(TableKey.Escape(partition), prefix, descending ? null : after, descending ? after : null);
        if (descending)
        {
            if (await FindLastAsync(range, skip + (long)limit, cancellationToken) is not { } first)
                return [];
            range = range with { From = first };
        }

        var rows = new List<TableRow>();
        await foreach (TableEntity entity in EntitiesAsync(range, null, descending ? PageSize : (int)Math.Min(PageSize, skip + (long)limit), cancellationToken))
        {
            TableRow row = TableDocument.Read(partition, entity);
            if (prefix is null || row.Row.StartsWith(prefix, StringComparison.Ordinal))
                rows.Add(row);
            if (!descending && rows.Count == skip + (long)limit)
                break;
        }

        if (descending)
            rows.Reverse();
        return [.. rows.Skip(skip).Take(limit)];
    }

    public Task<int> CountAsync(string partition, CancellationToken cancellationToken = default) =>
        CountAsync(new RowRange(TableKey.Escape(partition)), cancellationToken);

    public Task<int> CountAsync(string partition, string from, string end, CancellationToken cancellationToken = default) =>
        CountAsync(new RowRange(TableKey.Escape(partition), Before: end) { From = TableKey.Escape(from) }, cancellationToken);

    public async Task WriteAsync(IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken = default)
    {
        if (writes.Count == 0)
            return;
        TableLimits.CheckBatch(writes);
        await batches.SubmitAsync(writes, cancellationToken);
    }

    private async Task<int> CountAsync(RowRange range, CancellationToken cancellationToken)
    {
        int count = 0;
        await foreach (TableEntity _ in EntitiesAsync(range, KeysOnly, PageSize, cancellationToken))
            count++;
        return count;
    }

    /// <summary>The escaped key from which on the last <paramref name="limit"/> rows of a range stand; null if there is none.</summary>
    private async Task<string?> FindLastAsync(RowRange range, long limit, CancellationToken cancellationToken)
    {
        var last = new Queue<string>();
        await foreach (TableEntity entity in EntitiesAsync(range, range.MayHoldOthers ? null : KeysOnly, PageSize, cancellationToken))
        {
            if (range.MayHoldOthers && !TableDocument.Read("", entity).Row.StartsWith(range.Prefix!, StringComparison.Ordinal))
                continue;
            last.Enqueue(entity.RowKey);
            if (last.Count > limit)
                last.Dequeue();
        }

        return last.TryPeek(out string? first) ? first : null;
    }

    private async IAsyncEnumerable<TableEntity> EntitiesAsync(
        RowRange range, string[]? select, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AsyncPageable<TableEntity> entities = table.QueryAsync<TableEntity>(range.Filter, Math.Min(pageSize, PageSize), select, cancellationToken);
        await foreach (TableEntity entity in entities.WithCancellation(cancellationToken))
            yield return entity;
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
