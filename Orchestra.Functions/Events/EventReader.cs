using Orchestra.Core.Events;

namespace Orchestra.Functions.Events;

/// <summary>
/// Reads the log for clients: each pulls from its own place at its own speed, so that a slow one costs nobody else anything and
/// nothing is held for it.
/// </summary>
public sealed class EventReader(EventLog log)
{
    private const int PageSize = 500;

    // What nobody asked for, output before all, is passed over so far in one answer; the next one goes on behind it.
    private const int MostPages = 10;

    /// <summary>Another process may append too, which nobody signals here.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    /// <returns>At most <paramref name="limit"/> events, and the number behind which to go on; fewer, or none, though there are more, when many lie between.</returns>
    /// <param name="stop">Ends the reading early.</param>
    internal async Task<(IReadOnlyList<LoggedEvent> Events, long Next)> ReadAsync(EventQuery query, int limit, CancellationToken stop)
    {
        var found = new List<LoggedEvent>();
        long next = await StartAsync(query, CancellationToken.None);
        for (int pages = 0; found.Count < limit && pages < MostPages; pages++)
        {
            IReadOnlyList<LoggedEvent> page = await log.ReadAsync(next, PageSize, CancellationToken.None);
            foreach (LoggedEvent e in page)
            {
                next = e.Seq;
                if (query.Matches(e.Event))
                    found.Add(e);
                if (found.Count == limit)
                    return (found, next);
            }

            // Who has gone, or has waited long enough, does not make us read the whole log; what was read counts.
            if (page.Count < PageSize || stop.IsCancellationRequested)
                break;
        }

        return (found, next);
    }

    /// <summary>As <see cref="ReadAsync"/>, but waits for the first one; <paramref name="stop"/> ends the wait as patience does.</summary>
    internal async Task<(IReadOnlyList<LoggedEvent> Events, long Next)> WaitAsync(EventQuery query, int limit, TimeSpan patience, CancellationToken stop)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(patience);
        while (true)
        {
            // Before reading, so that what comes in between is not missed.
            Task change = log.NextAsync();
            var (events, next) = await ReadAsync(query, limit, limited.Token);
            if (events.Count > 0 || limited.IsCancellationRequested)
                return (events, next);
            bool more = next - query.After >= MostPages * PageSize;
            query = query with { After = next };
            if (more)
                continue;
            await change.WaitAsync(LookAgain, limited.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A project's events begin at its first one, which its key finds: what other projects did before is not read.</summary>
    internal async Task<long> StartAsync(EventQuery query, CancellationToken cancellationToken)
    {
        if (query.ProjectId is null)
            return query.After;
        long? first = await log.FindAsync($"project/{query.ProjectId}/0", cancellationToken);
        return Math.Max(query.After, (first ?? 1) - 1);
    }
}
