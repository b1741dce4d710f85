using System.Collections.Concurrent;
using System.Globalization;
using Orchestra.Core.Configuration;
using Orchestra.Core.Events;
using Orchestra.Core.Storage;

namespace Orchestra.Core.Quota;

/// <summary>The breakers of all accounts, one row each, so that they outlive the host; opening and closing are events.</summary>
public sealed class QuotaBreakers(ITableStore tables, EventLog events, QuotaConfig config, TimeProvider time)
{
    private const string Partition = "quota";

    private readonly ConcurrentDictionary<QuotaAccount, QuotaBreaker> known = new();

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>What this process knows, without looking: for those who look again and again.</summary>
    public QuotaBreaker? FindOpenHere(QuotaAccount account) => known.GetValueOrDefault(account) is { } breaker && breaker.IsOpen(Now) ? breaker : null;

    /// <summary>The open breaker of an account; one whose time is over is closed.</summary>
    public async Task<QuotaBreaker?> FindOpenAsync(QuotaAccount account, CancellationToken cancellationToken)
    {
        if (await tables.GetAsync(Partition, RowOf(account), cancellationToken) is not { } row) return null;
        QuotaBreaker breaker = known[account] = Json.Read<QuotaBreaker>(row.Json);
        if (breaker.IsOpen(Now)) return breaker;
        if (breaker.ClosedAt is null) await CloseAsync(row, breaker, cancellationToken);
        return null;
    }

    /// <param name="until">When the limit ends, as far as that was told.</param>
    public async Task<QuotaBreaker> OpenAsync(QuotaAccount account, string reason, DateTime? until, CancellationToken cancellationToken)
    {
        while (true)
        {
            TableRow? row = await tables.GetAsync(Partition, RowOf(account), cancellationToken);
            QuotaBreaker? former = row is null ? null : Json.Read<QuotaBreaker>(row.Json);
            QuotaBreaker breaker = Opened(account, reason, until, former);
            try
            {
                await tables.WriteAsync([new(Partition, RowOf(account), Json.Write(breaker), row?.ETag ?? TableWrite.Absent)], cancellationToken);
            }
            catch (TableConflictException)
            {
                // Another agent met the same limit: look at what it wrote.
                continue;
            }

            known[account] = breaker;
            if (breaker.OpenedAt != former?.OpenedAt) await TellAsync(breaker, EventNames.QuotaOpened, breaker.OpenedAt, cancellationToken);
            return breaker;
        }
    }

    public async Task<IReadOnlyList<(QuotaBreaker Breaker, bool IsOpen)>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await tables.QueryAsync(Partition, cancellationToken: cancellationToken)).Select(r => Json.Read<QuotaBreaker>(r.Json)).Select(b => (b, b.IsOpen(Now)))];

    /// <summary>Closes those whose time is over, also when no agent asks.</summary>
    public async Task CloseDueAsync(CancellationToken cancellationToken)
    {
        foreach (TableRow row in await tables.QueryAsync(Partition, cancellationToken: cancellationToken))
        {
            QuotaBreaker breaker = Json.Read<QuotaBreaker>(row.Json);
            if (breaker.ClosedAt is null && !breaker.IsOpen(Now))
                await CloseAsync(row, breaker, cancellationToken);
        }
    }

    private QuotaBreaker Opened(QuotaAccount account, string reason, DateTime? until, QuotaBreaker? former)
    {
        DateTime now = Now;
        until = until > now ? until : null;
        // Agents of one account meet its limit together; that is one trip.
        if (former?.IsOpen(now) == true) return until > former.Until ? former with { Until = until.Value, Reason = reason } : former;

        TimeSpan longest = TimeSpan.FromSeconds(config.LongestPauseSeconds);
        int trips = former is not null && now - former.Until < longest ? former.Trips + 1 : 1;
        double seconds = Math.Min(config.FirstPauseSeconds * Math.Pow(2, trips - 1), config.LongestPauseSeconds);
        return new QuotaBreaker(account.Client, account.Account, reason, now, until ?? now.AddSeconds(seconds), trips);
    }

    private async Task CloseAsync(TableRow row, QuotaBreaker breaker, CancellationToken cancellationToken)
    {
        try
        {
            await tables.WriteAsync([new(Partition, row.Row, Json.Write(breaker with { ClosedAt = Now }), row.ETag)], cancellationToken);
        }
        catch (TableConflictException)
        {
            // Closed by another, or opened anew, which the next one who asks sees.
        }
        await TellAsync(breaker, EventNames.QuotaClosed, Now, cancellationToken);
    }

    private Task TellAsync(QuotaBreaker breaker, string name, DateTime at, CancellationToken cancellationToken) => events.AppendAsync(
        [NewEvent.Of(
            string.Create(CultureInfo.InvariantCulture, $"quota/{breaker.Client}/{breaker.Account}/{breaker.OpenedAt.Ticks}/{name}"),
            EventChannels.Status, EventTypes.Quota, name, null, null, at,
            new { Data = new { breaker.Client, breaker.Account, breaker.Reason, breaker.OpenedAt, breaker.Until } })],
        cancellationToken);

    private static string RowOf(QuotaAccount account) => $"{account.Client}/{account.Account}";
}
