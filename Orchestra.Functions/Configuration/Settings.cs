namespace Orchestra.Functions.Configuration;

/// <param name="IsSecret">Only whether it is set may be told.</param>
internal sealed record SettingName(string Name, bool IsSecret = false);

/// <summary>The settings that people may give by command line, environment or <c>local.settings.json</c>.</summary>
internal static class Settings
{
    public static readonly IReadOnlyList<SettingName> All =
    [
        new("urls"), new("ORCHESTRA_DATA"), new("ORCHESTRA_CONFIG"), new("ORCHESTRA_STORAGE"), new("AzureWebJobsStorage", IsSecret: true),
        new("CLIENT_MODE"), new("ORCHESTRATOR_MODE"), new("CLAUDE_CLI_PATH"), new("ANTHROPIC_API_KEY", IsSecret: true),
        new("ORCHESTRA_API_KEY", IsSecret: true), new("ORCHESTRA_API_KEYS", IsSecret: true),
        new("ORCHESTRA_ALLOWED_HOSTS"), new("ORCHESTRA_ALLOWED_ORIGINS"), new("ORCHESTRA_LAUNCHES_PER_MINUTE"),
    ];
}
