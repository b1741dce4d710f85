namespace Orchestra.Core.Configuration;

/// <summary>What stays of work that is done.</summary>
public sealed class OutputsConfig
{
    /// <summary>Days after which kept refs and run folders of ended sessions go, each told in an event before; 0: never.</summary>
    public int RetentionDays { get; set; } = 30;
}
