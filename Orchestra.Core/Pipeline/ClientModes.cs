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

    /// <summary>The Messages API with tools of ours.</summary>
    public const string Api = "api";

    /// <summary>The Messages API, and the Claude Code CLI when the API fails.</summary>
    public const string Hybrid = "hybrid";

    public static readonly IReadOnlyList<string> All = [ClaudeCode, Api, Hybrid, AgentTeams, Command];

    /// <summary>Whether the client's standard output is the Claude Code CLI's stream of events.</summary>
    public static bool HasEventStream(string? mode) => mode is ClaudeCode or AgentTeams or Api or Hybrid;

    public static bool IsKnown(string mode) => All.Contains(mode);
}
