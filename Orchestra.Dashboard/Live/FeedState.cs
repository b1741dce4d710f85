using Orchestra.Client;

namespace Orchestra.Dashboard.Live;

/// <summary>How things stand between a feed and the event log.</summary>
/// <param name="Last">The last event that came.</param>
/// <param name="Head">The last event that there is, as far as is known.</param>
/// <param name="Trouble">Why nothing comes; null: the connection is there.</param>
/// <param name="Lost">Since when.</param>
/// <param name="Refused">The host is there, and does not take the dashboard's key.</param>
/// <param name="Behind">The connection was lost and is back, and what was missed is being fetched.</param>
public sealed record FeedState(long Last, long Head, string? Trouble, DateTime? Lost, bool Refused, bool Behind)
{
    public static readonly FeedState Start = new(0, 0, null, null, Refused: false, Behind: true);

    public bool IsLive => Trouble is null && !Behind;

    public FeedState Reached(long last, long head) => new(last, Math.Max(last, head), null, null, Refused: false, (Behind || Trouble is not null) && last < head);

    public FeedState LostSince(DateTime now, ApiError trouble) =>
        this with { Trouble = trouble.Message, Lost = Lost ?? now, Refused = trouble is KeyError, Behind = true };
}
