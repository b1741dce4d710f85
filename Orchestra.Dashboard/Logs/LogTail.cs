using Orchestra.Client;
using Orchestra.Core.Events;
using Orchestra.Core.Logs;
using Orchestra.Dashboard.Live;

namespace Orchestra.Dashboard.Logs;

/// <summary>The newest log lines that fit a filter, newest first: read once, and from then on what the event log tells.</summary>
public sealed class LogTail(OrchestraClient client, TimeProvider time, LogFilter filter)
{
    // Then it is read anew, and what was at its end is behind its next page.
    private const int Most = 2 * LogSearch.Enough;
    private readonly EventFeed feed = new(client, time, types: EventTypes.Log);

    public LogsPage? Page { get; private set; }

    /// <summary>Why it is not current; null while it is.</summary>
    public string? Trouble => feed.State.Trouble;

    /// <param name="changed">Called when there is something else to show.</param>
    public async Task FollowAsync(Action changed, CancellationToken stop)
    {
        feed.StateChanged += changed;
        try
        {
            await feed.FollowAsync(
                async cancellationToken =>
                {
                    // In this order: what is logged while the page is read comes again as an event.
                    long head = await feed.HeadAsync(cancellationToken);
                    await ReadAsync(cancellationToken);
                    changed();
                    return head;
                },
                async events =>
                {
                    if (await TakeAsync(events, stop))
                        changed();
                },
                stop);
        }
        finally
        {
            feed.StateChanged -= changed;
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken) =>
        Page = await LogSearch.FindAsync(client, new LogsQuery(MinLevel: filter.MinLevel, Text: filter.Text), cancellationToken);

    private async Task<bool> TakeAsync(IReadOnlyList<EventView> events, CancellationToken cancellationToken)
    {
        HashSet<string> known = [.. Page!.Lines.Select(l => l.Id)];
        LogView[] more = [.. events.Select(LineOf).Where(l => filter.Matches(l.Level, l.Message, l.Source) && !known.Contains(l.Id))];
        if (more.Length == 0)
            return false;
        if (Page.Lines.Count + more.Length > Most)
            await ReadAsync(cancellationToken);
        else
            Page = Page with { Lines = [.. more.Concat(Page.Lines).OrderByDescending(l => l.Timestamp).ThenByDescending(l => l.Id, StringComparer.Ordinal)] };
        return true;
    }

    private static LogView LineOf(EventView e) => new(e.Text("id") ?? "", e.At, e.Text("level") ?? "", e.Text("message") ?? "", e.Text("source") ?? "");
}
