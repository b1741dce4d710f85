namespace Orchestra.Core.Quota;

/// <summary>While it is open, no agent of this client and account starts.</summary>
/// <param name="Client">A client mode.</param>
/// <param name="Account">Tells accounts apart without telling keys.</param>
/// <param name="Until">When it closes.</param>
/// <param name="Trips">How often in a row it opened.</param>
/// <param name="ClosedAt">Null until its time is over and somebody looked.</param>
public sealed record QuotaBreaker(string Client, string Account, string Reason, DateTime OpenedAt, DateTime Until, int Trips, DateTime? ClosedAt = null)
{
    public bool IsOpen(DateTime now) => ClosedAt is null && now < Until;
}

/// <summary>Whose quota it is.</summary>
public sealed record QuotaAccount(string Client, string Account);
