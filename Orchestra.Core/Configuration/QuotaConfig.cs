namespace Orchestra.Core.Configuration;

/// <summary>What happens when an account may do no more for now.</summary>
public sealed class QuotaConfig
{
    /// <summary>Seconds until the next try where nobody tells when the limit ends; doubled each time that was too early.</summary>
    public int FirstPauseSeconds { get; set; } = 60;

    public int LongestPauseSeconds { get; set; } = 3600;

    /// <summary>How often one run is interrupted and goes on afterwards, before it ends as <c>quota</c>; 0: it ends at once.</summary>
    public int MaxPauses { get; set; } = 20;
}
