using Orchestra.Core.Events;

namespace Orchestra.Functions.Events;

/// <summary>
/// The log's last events in memory: however many clients listen, each event is read and serialized once. Who is further behind
/// reads from the store at its own cost.
/// </summary>
public sealed class EventTail(EventLog log, EventMessages messages)
{
    private const int Kept = 2048;
    private const long KeptBytes = 8 * 1024 * 1024;
    private const int PageSize = 100;
    private const int FillSize = 500;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim filling = new(1, 1);
    private readonly Lock access = new();

    // Each at the remainder of its number: numbers rise by one.
    private readonly EventFrame[] recent = new EventFrame[Kept];
    private long recentBytes;
    private long first;
    private long last = -1;
    private long seen = -1;

    /// <summary>The last number that is known here.</summary>
    public long Last => Volatile.Read(ref last);

    /// <summary>Frames behind a number, at most a page of them; waits until there are some. All channels, so that the caller can move its place on.</summary>
    internal async Task<IReadOnlyList<EventFrame>> NextAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Also while there is no need to wait: who is far behind and gone must not read the whole log.
            cancellationToken.ThrowIfCancellationRequested();
            Task change = log.NextAsync();
            await FillAsync(log.Version, force: false);
            if (await ReadAsync(after, cancellationToken) is { Count: > 0 } page)
                return page;
            try
            {
                await change.WaitAsync(LookAgain, cancellationToken);
            }
            catch (TimeoutException)
            {
                // Another process may have appended, which nobody signals here.
                await FillAsync(log.Version, force: true);
            }
        }
    }

    private async Task<IReadOnlyList<EventFrame>> ReadAsync(long after, CancellationToken cancellationToken)
    {
        lock (access)
        {
            if (after >= last)
                return [];
            if (after >= first - 1)
            {
                var kept = new EventFrame[Math.Min(PageSize, last - after)];
                for (int i = 0; i < kept.Length; i++)
                    kept[i] = At(after + 1 + i);
                return kept;
            }
        }

        IReadOnlyList<LoggedEvent> page = await log.ReadAsync(after, PageSize, cancellationToken);
        return [.. page.Select(e => new EventFrame(e, messages))];
    }

    private ref EventFrame At(long seq) => ref recent[seq % Kept];

    private async Task FillAsync(long version, bool force)
    {
        if (!force && Volatile.Read(ref seen) >= version)
            return;
        await filling.WaitAsync();
        try
        {
            if (!force && seen >= version)
                return;
            long now = log.Version;
            if (last < 0)
                first = (last = await log.HeadAsync(CancellationToken.None)) + 1;
            else
                await TakeNewAsync();
            Volatile.Write(ref seen, now);
        }
        finally
        {
            filling.Release();
        }
    }

    private async Task TakeNewAsync()
    {
        IReadOnlyList<LoggedEvent> page;
        do
        {
            page = await log.ReadAsync(last, FillSize, CancellationToken.None);
            lock (access)
            {
                foreach (LoggedEvent e in page)
                {
                    var frame = new EventFrame(e, messages);
                    // Those between were pruned before they were read here; what is kept has no holes.
                    bool isNext = e.Seq == last + 1;
                    // First out, then in: the one that goes may have had the same place.
                    while (first <= last && (!isNext || last - first + 1 == Kept || recentBytes + frame.Size > KeptBytes))
                    {
                        recentBytes -= At(first).Size;
                        At(first++) = null!;
                    }

                    if (!isNext)
                        first = e.Seq;
                    last = e.Seq;
                    At(last) = frame;
                    recentBytes += frame.Size;
                }
            }
        }
        while (page.Count == FillSize);
    }
}
