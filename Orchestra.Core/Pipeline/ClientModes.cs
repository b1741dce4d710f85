namespace Orchestra.Core.Pipeline;

/// <summary>How an agent is run: by which kind of client.</summary>
public static class ClientModes
{
    /// <summary>Any command line of the configuration or the launch.</summary>
    public const string Command = "command";

    /// <summary>The Claude Code CLI, headless.</summary>
    public const string ClaudeCode = "claude-code";

    /// <summary>The Claude Code CLI as the lead of a team whose other members it runs itself.</summary>
    public const string AgentTeams = "agent-teams";

    public static readonly IReadOnlyList<string> All = [ClaudeCode, AgentTeams, Command];

    public static bool UsesClaudeCli(string? mode) => mode is ClaudeCode or AgentTeams;

    public static bool IsKnown(string mode) => All.Contains(mode);
}
