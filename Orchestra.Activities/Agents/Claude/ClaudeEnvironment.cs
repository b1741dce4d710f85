using System.Globalization;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>What the CLI is told by its environment, since it has no options for it.</summary>
internal static class ClaudeEnvironment
{
    /// <param name="mode">The client mode that the CLI runs in.</param>
    public static Dictionary<string, string> Of(ClaudeCodeConfig config, string mode)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            // By itself it tries for minutes, and notices a silent connection only after five.
            ["CLAUDE_CODE_MAX_RETRIES"] = config.MaxRetries.ToString(CultureInfo.InvariantCulture),
            ["API_TIMEOUT_MS"] = Milliseconds(config.RequestTimeoutSeconds),
            ["CLAUDE_ENABLE_BYTE_WATCHDOG"] = "1",
            ["CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS"] = Milliseconds(config.StallSeconds),
        };
        // Lets the CLI's agents know each other by name; they are such tasks themselves.
        if (mode == ClientModes.AgentTeams) environment["CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS"] = "1";
        else if (!config.BackgroundTasks) environment["CLAUDE_CODE_DISABLE_BACKGROUND_TASKS"] = "1";
        foreach ((string name, string value) in config.Env) environment[name] = value;
        return environment;
    }

    private static string Milliseconds(int seconds) => (seconds * 1000).ToString(CultureInfo.InvariantCulture);
}
