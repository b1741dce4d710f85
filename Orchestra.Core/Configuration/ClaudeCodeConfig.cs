namespace Orchestra.Core.Configuration;

/// <summary>How the mode <c>claude-code</c> calls the Claude Code CLI.</summary>
public sealed class ClaudeCodeConfig
{
    /// <summary>The permission modes that the CLI knows.</summary>
    public static readonly IReadOnlyList<string> PermissionModes = ["acceptEdits", "auto", "bypassPermissions", "default", "dontAsk", "plan"];

    /// <summary>The program; empty: <c>CLAUDE_CLI_PATH</c>, then the usual folders, then PATH.</summary>
    public string Path { get; set; } = "";

    /// <summary>Empty: the CLI's own default.</summary>
    public string Model { get; set; } = "";

    /// <summary>The default lets an agent edit files in its worktree and nothing else.</summary>
    public string PermissionMode { get; set; } = "acceptEdits";

    /// <summary>Tools that need no permission, for example <c>Bash(npm test)</c>.</summary>
    public List<string> AllowedTools { get; set; } = [];

    /// <summary>Most turns of one run; 0: no limit.</summary>
    public int MaxTurns { get; set; }

    /// <summary>Most US dollars of one run; 0: no limit.</summary>
    public decimal MaxBudgetUsd { get; set; }

    /// <summary>Extra environment variables.</summary>
    public Dictionary<string, string> Env { get; set; } = [];
}
