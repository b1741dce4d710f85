using System.Globalization;
using Orchestra.Core.Storage;

namespace Orchestra.Core.Events;

/// <summary>
/// The append-only log of everything that happened, over the table port. One partition holds the head (the last number), the events under their
/// numbers and a row per key, so that one batch gives an event its number and makes its key taken: a step that runs again adds nothing,
/// and two processes never give the same number.
/// </summary>
public sealed class EventLog(ITableStore tables)
{
    private const string Partition = "events";
    private const string HeadRow = "head";
    private const string EventPrefix = "e/";
    private const string KeyPrefix = "k/";

    private const string MarkPrefix = "m/";

    // Two rows per event, the head and a mark fit a batch of 100, and large events its size.
    private const int BatchSize = 49;
    private const int BatchLength = 500_000;
    private readonly SemaphoreSlim appending = new(1, 1);
    private TaskCompletionSource appended = NewSignal();
    private long version;

    /// <summary>Rises with every append of this process.</summary>
    public long Version => Volatile.Read(ref version);

    /// <summary>Adds those events whose keys are not in the log yet, in this order.</summary>
    public async Task AppendAsync(IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;
        await appending.WaitAsync(cancellationToken);
        try
        {
            foreach (Pending[] batch in Batches(events))
            {
                Pending[] fresh = batch;
                while (!await TryAppendAsync(fresh, cancellationToken))
                    fresh = await WithoutKnownAsync(fresh, cancellationToken);
            }
        }
        finally
        {
            appending.Release();
        }

        Signal();
    }

    /// <summary>Where a writer of many events of one kind stands; it moves on together with the events that it adds.</summary>
    public async Task<EventMark?> FindMarkAsync(string name, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, MarkPrefix + name, cancellationToken) is { } row ? new(name, row.Json, row.ETag) : null;

    /// <summary>Marks whose names begin so.</summary>
    public async Task<IReadOnlyList<EventMark>> ListMarksAsync(string prefix, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(Partition, prefix: MarkPrefix + prefix, limit: 10_000, cancellationToken: cancellationToken);
        return [.. rows.Select(r => new EventMark(r.Row[MarkPrefix.Length..], r.Json, r.ETag))];
    }

    /// <summary>Writes marks; without events.</summary>
    public Task WriteMarksAsync(IReadOnlyList<EventMark> marks, CancellationToken cancellationToken) =>
        tables.WriteAsync([.. marks.Select(m => new TableWrite(Partition, MarkPrefix + m.Name, m.Json, m.ETag))], cancellationToken);

    /// <summary>Adds a few events and moves a mark, both or neither.</summary>
    /// <returns>False when somebody else moved the mark.</returns>
    public async Task<bool> AppendAsync(IReadOnlyList<NewEvent> events, EventMark mark, CancellationToken cancellationToken)
    {
        Pending[] batch = Batches(events).Single();
        var move = new TableWrite(Partition, MarkPrefix + mark.Name, mark.Json, mark.ETag);
        await appending.WaitAsync(cancellationToken);
        try
        {
            while (!await TryAppendAsync(batch, cancellationToken, move))
            {
                if ((await FindMarkAsync(mark.Name, cancellationToken))?.ETag != mark.ETag)
                    return false;
            }
        }
        finally
        {
            appending.Release();
        }

        Signal();
        return true;
    }

    /// <summary>Events behind a number, in order.</summary>
    public async Task<IReadOnlyList<LoggedEvent>> ReadAsync(long after, int limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(Partition, EventRow(after), EventPrefix, limit, cancellationToken: cancellationToken);
        return [.. rows.Select(r => new LoggedEvent(SeqOf(r), Json.Read<NewEvent>(r.Json)))];
    }

    /// <summary>The number of the last event; 0 when there is none.</summary>
    public async Task<long> HeadAsync(CancellationToken cancellationToken) => (await LoadHeadAsync(cancellationToken)).Seq;

    /// <summary>The oldest number that there is; the next one to come when there is none.</summary>
    public async Task<long> FirstAsync(CancellationToken cancellationToken) =>
        await ReadAsync(0, 1, cancellationToken) is [LoggedEvent first] ? first.Seq : await HeadAsync(cancellationToken) + 1;

    /// <summary>Takes away the oldest events, with their keys, up to the first one that is still wanted.</summary>
    public async Task PruneAsync(Func<NewEvent, Task<bool>> isWanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            IReadOnlyList<LoggedEvent> page = await ReadAsync(0, BatchSize, cancellationToken);
            var old = new List<TableWrite>();
            foreach (LoggedEvent e in page)
            {
                if (await isWanted(e.Event))
                    break;
                old.Add(new(Partition, EventRow(e.Seq), null));
                old.Add(new(Partition, KeyPrefix + e.Event.Key, null));
            }

            if (old.Count > 0)
                await tables.WriteAsync(old, cancellationToken);
            if (old.Count < 2 * BatchSize)
                return;
        }
    }

    /// <summary>The number that the event with a key got; null when there is none.</summary>
    public async Task<long?> FindAsync(string key, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, KeyPrefix + key, cancellationToken) is { } row ? Json.Read<Numbered>(row.Json).Seq : null;

    /// <summary>Ends when this process next appends. Take it before reading, so that nothing falls in between.</summary>
    public Task NextAsync() => Volatile.Read(ref appended).Task;

    private void Signal()
    {
        Interlocked.Increment(ref version);
        Interlocked.Exchange(ref appended, NewSignal()).SetResult();
    }

    /// <returns>False when somebody else appended meanwhile or a key is known.</returns>
    private async Task<bool> TryAppendAsync(Pending[] events, CancellationToken cancellationToken, TableWrite? mark = null)
    {
        if (events.Length == 0)
            return true;
        (long seq, string etag) = await LoadHeadAsync(cancellationToken);
        var writes = new List<TableWrite> { new(Partition, HeadRow, Json.Write(new Numbered(seq + events.Length)), etag) };
        foreach (Pending e in events)
        {
            seq++;
            writes.Add(new(Partition, EventRow(seq), e.Json, TableWrite.Absent));
            writes.Add(new(Partition, KeyPrefix + e.Key, Json.Write(new Numbered(seq)), TableWrite.Absent));
        }

        if (mark is not null)
            writes.Add(mark);
        return await tables.TryWriteAsync(writes, cancellationToken);
    }

    private static IEnumerable<Pending[]> Batches(IReadOnlyList<NewEvent> events)
    {
        var batch = new List<Pending>();
        foreach (NewEvent e in events)
        {
            var next = new Pending(e.Key, Json.Write(e));
            if (batch.Count == BatchSize || (batch.Count > 0 && batch.Sum(b => b.Json.Length) + next.Json.Length > BatchLength))
            {
                yield return [.. batch];
                batch.Clear();
            }

            batch.Add(next);
        }

        yield return [.. batch];
    }

    private async Task<Pending[]> WithoutKnownAsync(Pending[] events, CancellationToken cancellationToken)
    {
        var fresh = new List<Pending>();
        foreach (Pending e in events)
        {
            if (await FindAsync(e.Key, cancellationToken) is null)
                fresh.Add(e);
        }

        return [.. fresh];
    }

    private async Task<(long Seq, string ETag)> LoadHeadAsync(CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, HeadRow, cancellationToken) is { } row ? (Json.Read<Numbered>(row.Json).Seq, row.ETag) : (0, TableWrite.Absent);

    // As many digits as the largest number has, so that keys sort as numbers do.
    private static string EventRow(long seq) => EventPrefix + seq.ToString("D19", CultureInfo.InvariantCulture);

    private static long SeqOf(TableRow row) => long.Parse(row.Row.AsSpan(EventPrefix.Length), CultureInfo.InvariantCulture);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Numbered(long Seq);

    private sealed record Pending(string Key, string Json);
}

/// <summary>A writer's place; <paramref name="ETag"/> as in <see cref="TableWrite.IfMatch"/>, <paramref name="Json"/> null deletes it.</summary>
public sealed record EventMark(string Name, string? Json, string? ETag);
