namespace Orchestra.Core.Configuration;

/// <summary>An agent of the orchestrator's modes.</summary>
public sealed class AgentConfig
{
    /// <summary>A mode leaves out agents that are switched off.</summary>
    public bool Enabled { get; set; } = true;

    public int TimeoutSeconds { get; set; } = 600;

    /// <summary>Null: the default mode.</summary>
    public string? ClientMode { get; set; }

    /// <summary>Its role; empty: that of the agent of this name which every installation has.</summary>
    public string SystemPrompt { get; set; } = "";
}
