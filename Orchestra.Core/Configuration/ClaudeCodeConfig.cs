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

    /// <summary>How often the CLI asks the API again; each try after a refusal waits longer.</summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>Seconds that the API may take until it begins to answer.</summary>
    public int RequestTimeoutSeconds { get; set; } = 180;

    /// <summary>Seconds after which the CLI breaks off a stream that has gone silent and asks again.</summary>
    public int StallSeconds { get; set; } = 120;

    /// <summary>Whether an agent may let commands and agents of its own run on after its turn. Always so in mode agent-teams.</summary>
    public bool BackgroundTasks { get; set; }

    /// <summary>Extra environment variables; they go before what follows from the keys above.</summary>
    public Dictionary<string, string> Env { get; set; } = [];
}
