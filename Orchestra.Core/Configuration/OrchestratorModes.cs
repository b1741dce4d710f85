using Orchestra.Core.Pipeline;

namespace Orchestra.Core.Configuration;

/// <summary>The modes of the orchestrator: which agents one round consists of.</summary>
public static class OrchestratorModes
{
    public const string Standard = "auto";

    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["auto"] = ["monitor", "analyzer"],
        ["research"] = ["researcher", "synthesizer"],
        ["analysis"] = ["data_analyst", "reporter"],
        ["monitoring"] = ["health_checker", "alert_manager"],
    };

    private static readonly Dictionary<string, string> Roles = new(StringComparer.Ordinal)
    {
        ["monitor"] = "Look at the state of this repository and its surroundings and report what needs attention",
        ["analyzer"] = "Analyze what was found and say what follows from it, the most important first",
        ["researcher"] = "Gather the facts that bear on the task, each with its source",
        ["synthesizer"] = "Put the findings together into one account and say what remains open",
        ["data_analyst"] = "Examine the data of this repository and work out its patterns and outliers",
        ["reporter"] = "Write a report of the analysis that a reader without the data understands",
        ["health_checker"] = "Check that this repository builds and passes its tests, and report what does not",
        ["alert_manager"] = "Decide which findings somebody must act on now, and say who and how",
    };

    /// <summary>The modes, and the names of the teams, which are modes too.</summary>
    public static IReadOnlyList<string> Names(OrchestraConfig config) => [.. Known.Keys.Concat(config.Teams.Definitions.Keys).Distinct()];

    /// <summary>Whether the agents of a mode stand for themselves; teammates build on one another.</summary>
    public static bool IsOfAgents(string? mode) => mode is not null && Known.ContainsKey(mode);

    public static IReadOnlyCollection<string> AgentNames => Roles.Keys;

    /// <summary>The mode as a team of its enabled agents; null when there is no such mode.</summary>
    /// <param name="skipped">Agents of it that are switched off.</param>
    public static TeamConfig? Find(OrchestraConfig config, string mode, out IReadOnlyList<string> skipped)
    {
        skipped = [];
        if (!Known.TryGetValue(mode, out string[]? agents))
            return config.Teams.Definitions.GetValueOrDefault(mode);
        skipped = [.. agents.Where(a => config.Agents.GetValueOrDefault(a)?.Enabled == false)];
        return new TeamConfig
        {
            Description = $"The agents of the mode {mode}.",
            Strategy = TeamStrategies.Sequence,
            Teammates = [.. agents.Except(skipped).Select(a => Teammate(a, config.Agents.GetValueOrDefault(a) ?? new AgentConfig()))],
        };
    }

    private static TeammateConfig Teammate(string name, AgentConfig agent) => new()
    {
        Name = name,
        Role = agent.SystemPrompt.Length > 0 ? agent.SystemPrompt : Roles[name],
        TimeoutSeconds = agent.TimeoutSeconds,
        ClientMode = agent.ClientMode,
    };
}
