namespace Orchestra.Dashboard.Prerender;

/// <summary>
/// What pages read while they were prerendered, until their circuit takes it: it stays in this process, since it may be megabytes and the circuit's
/// first message may not. Bounded in time and number, because not everybody who gets a page opens a circuit.
/// </summary>
public sealed class PrerenderStore(TimeProvider time)
{
    private const int Most = 32;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private readonly Lock access = new();
    private readonly OrderedDictionary<string, (Dictionary<string, object> Data, DateTimeOffset Until)> pages = new(StringComparer.Ordinal);

    /// <returns>The ticket that gives it back, once.</returns>
    public string Add(Dictionary<string, object> data)
    {
        string ticket = Guid.NewGuid().ToString("N");
        DateTimeOffset now = time.GetUtcNow();
        lock (access)
        {
            while (pages.Count > 0 && (pages.Count >= Most || pages.GetAt(0).Value.Until <= now))
                pages.RemoveAt(0);
            pages.Add(ticket, (data, now + Kept));
        }

        return ticket;
    }

    /// <returns>Null when it is too old, or was taken.</returns>
    public Dictionary<string, object>? Take(string ticket)
    {
        lock (access)
            return pages.Remove(ticket, out var page) && page.Until > time.GetUtcNow() ? page.Data : null;
    }
}
