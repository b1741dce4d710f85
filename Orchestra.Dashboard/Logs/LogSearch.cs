using Orchestra.Client;

namespace Orchestra.Dashboard.Logs;

/// <summary>One page of log lines. The API looks through so many lines a call, so that calls are made until the page is full, up to a bound.</summary>
public static class LogSearch
{
    /// <summary>Lines of a page.</summary>
    public const int Enough = 300;
    private const int MostCalls = 10;

    public static async Task<LogsPage> FindAsync(OrchestraClient client, LogsQuery query, CancellationToken cancellationToken)
    {
        var found = new List<LogView>();
        string? next = query.After;
        for (int calls = 0; calls < MostCalls && found.Count < Enough; calls++)
        {
            LogsPage page = await client.LogsAsync(query with { Limit = Enough - found.Count, After = next }, cancellationToken);
            found.AddRange(page.Lines);
            next = page.Next;
            if (next is null)
                break;
        }

        return new LogsPage(found, next);
    }
}
