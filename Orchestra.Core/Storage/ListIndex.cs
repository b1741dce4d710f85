using System.Globalization;

namespace Orchestra.Core.Storage;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Offset">How many to leave out first; costs as much as it leaves out.</param>
/// <param name="After">The id behind which the part begins, as <see cref="ListPage{T}.Next"/> told it; costs the same wherever that is.</param>
public sealed record ListRange(int Limit, int Offset = 0, string? After = null);

/// <summary>A part of a list, newest first.</summary>
/// <param name="Total">How many there are in all.</param>
/// <param name="Next">The id behind which the next part begins; null at the end.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Items, int Total, string? Next);

/// <summary>
/// One list in one partition: an entry per id, and for each filter a row per id that it fits, newest first, and their number. One batch writes all of
/// them, so that a page and its total are found without looking at what is not on it.
/// </summary>
/// <param name="filtersOf">The filters that an entry fits; <see cref="All"/> is one of them.</param>
public sealed class ListIndex(ITableStore tables, string partition, Func<string, IReadOnlyList<string>> filtersOf)
{
    /// <summary>The filter that everything fits.</summary>
    public const string All = "";

    // Ids begin with digits, so that these rows are none of theirs.
    private const string ListPrefix = "l/";
    private const string CountPrefix = "n/";
    private const string BuiltRow = "v";
    private const string EntriesEnd = ":";
    private const int BuildPage = 1000;
    private const string Digits = "0123456789abcdef";
    private readonly SemaphoreSlim writing = new(1, 1);
    private volatile bool built;

    public async Task<string?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await tables.GetAsync(partition, id, cancellationToken))?.Json;

    /// <param name="replace">Whether what is there already gives way.</param>
    public async Task SaveAsync(string id, string entry, bool replace, CancellationToken cancellationToken)
    {
        await BuildAsync(cancellationToken);
        await writing.WaitAsync(cancellationToken);
        try
        {
            while (!await TrySaveAsync(id, entry, replace, cancellationToken))
            {
                // Another process wrote in between.
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Entries that fit a filter, with their ids.</summary>
    /// <param name="since">Only those of this moment or later; counting them costs as much as there are.</param>
    public async Task<ListPage<(string Id, string Entry)>> PageAsync(string filter, ListRange range, DateTime? since, CancellationToken cancellationToken)
    {
        await BuildAsync(cancellationToken);
        string prefix = ListRow(filter, "");
        // Ids begin with their time; behind the last one of that second.
        string? end = since is { } moment ? ListRow(filter, Ids.At(moment, "")) + "~" : null;
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(
            partition, range.After is { } after ? ListRow(filter, after) : null, prefix, range.Limit + 1, skip: range.Offset, cancellationToken: cancellationToken);
        List<(string Id, string Entry)> found =
            [.. rows.TakeWhile(r => end is null || string.CompareOrdinal(r.Row, end) < 0).Select(r => (Inverted(r.Row[prefix.Length..]), r.Json))];
        int total = end is null
            ? await CountOfAsync(filter, cancellationToken)
            : await tables.CountAsync(partition, prefix, end, cancellationToken);
        bool more = found.Count > range.Limit;
        return new(more ? found[..range.Limit] : found, total, more ? found[range.Limit - 1].Id : null);
    }

    private async Task<int> CountOfAsync(string filter, CancellationToken cancellationToken) =>
        await tables.GetAsync(partition, CountPrefix + filter, cancellationToken) is { } row ? Json.Read<int>(row.Json) : 0;

    private async Task<bool> TrySaveAsync(string id, string entry, bool replace, CancellationToken cancellationToken)
    {
        TableRow? former = await tables.GetAsync(partition, id, cancellationToken);
        if (former is not null && (!replace || former.Json == entry))
            return true;
        IReadOnlyList<string> fitted = former is null ? [] : filtersOf(former.Json);
        IReadOnlyList<string> fits = filtersOf(entry);
        var writes = new List<TableWrite> { new(partition, id, entry, former?.ETag ?? TableWrite.Absent) };
        writes.AddRange(fits.Select(f => new TableWrite(partition, ListRow(f, id), entry)));
        writes.AddRange(fitted.Except(fits).Select(f => new TableWrite(partition, ListRow(f, id), null)));
        foreach (string filter in fits.Except(fitted))
            writes.Add(await CountAsync(filter, 1, cancellationToken));
        foreach (string filter in fitted.Except(fits))
            writes.Add(await CountAsync(filter, -1, cancellationToken));
        return await tables.TryWriteAsync(writes, cancellationToken);
    }

    private async Task<TableWrite> CountAsync(string filter, int change, CancellationToken cancellationToken)
    {
        TableRow? row = await tables.GetAsync(partition, CountPrefix + filter, cancellationToken);
        int count = row is null ? 0 : Json.Read<int>(row.Json);
        return new(partition, CountPrefix + filter, (count + change).ToString(CultureInfo.InvariantCulture), row?.ETag ?? TableWrite.Absent);
    }

    /// <summary>Earlier versions kept entries only: their lists are made once.</summary>
    private async Task BuildAsync(CancellationToken cancellationToken)
    {
        if (built)
            return;
        await writing.WaitAsync(cancellationToken);
        try
        {
            if (await tables.GetAsync(partition, BuiltRow, cancellationToken) is null)
                await BuildListsAsync(cancellationToken);
            built = true;
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task BuildListsAsync(CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        IReadOnlyList<TableRow> page;
        string? after = null;
        do
        {
            page = await tables.QueryAsync(partition, after, limit: BuildPage, cancellationToken: cancellationToken);
            TableRow[] entries = [.. page.TakeWhile(r => string.CompareOrdinal(r.Row, EntriesEnd) < 0)];
            var rows = new List<TableWrite>();
            foreach (TableRow entry in entries)
            {
                foreach (string filter in filtersOf(entry.Json))
                {
                    rows.Add(new(partition, ListRow(filter, entry.Row), entry.Json));
                    counts[filter] = counts.GetValueOrDefault(filter) + 1;
                }
            }

            foreach (TableWrite[] batch in rows.Chunk(TableLimits.BatchWrites))
                await tables.WriteAsync(batch, cancellationToken);
            if (entries.Length < BuildPage)
                break;
            after = entries[^1].Row;
        }
        while (true);

        foreach (var batch in counts.Chunk(TableLimits.BatchWrites))
            await tables.WriteAsync([.. batch.Select(c => new TableWrite(partition, CountPrefix + c.Key, Json.Write(c.Value)))], cancellationToken);
        await tables.WriteAsync([new(partition, BuiltRow, "1")], cancellationToken);
    }

    private static string ListRow(string filter, string id) => $"{ListPrefix}{filter}/{Inverted(id)}";

    /// <summary>Each digit by its complement: what was made later comes first, on stores that read upwards only too. Its own inverse.</summary>
    private static string Inverted(string id) => string.Create(id.Length, id, (span, text) =>
    {
        for (int i = 0; i < span.Length; i++)
            span[i] = Digits.IndexOf(text[i], StringComparison.Ordinal) is >= 0 and var digit ? Digits[15 - digit] : text[i];
    });
}
