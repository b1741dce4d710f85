namespace Orchestra.Core.Pipeline;

/// <summary>How an agent is run: by which kind of client.</summary>
public static class ClientModes
{
    /// <summary>Any command line of the configuration or the launch.</summary>
    public const string Command = "command";

    /// <summary>The Claude Code CLI, headless.</summary>
    public const string ClaudeCode = "claude-code";

    public static readonly IReadOnlyList<string> All = [ClaudeCode, Command];

    public static bool IsKnown(string mode) => All.Contains(mode);
}
