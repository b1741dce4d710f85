using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>A launch as asked for, with every field checked but the repository.</summary>
internal sealed record LaunchRequest(
    string ProjectName, string RepoPath, string? BuildCommand, string? TestCommand, IReadOnlyList<LaunchAgent> Agents, AgentCommand? FixCommand, string? Gates = null, Budget? Budget = null)
{
    private const int MaxAgents = 100;

    public static LaunchRequest Read(JsonBody body, OrchestraConfig config)
    {
        body.AllowOnly("project_name", "repo_path", "build_command", "test_command", "agents", "fix_command", "client_mode", "gates", "max_cost_usd", "max_turns");
        IReadOnlyList<JsonBody> agents = body.OptionalObjects("agents") ?? [];
        if (agents.Count == 0)
            throw new InputProblem("agents", "At least one agent is needed: [{\"team\": …, \"task\": …}].");
        if (agents.Count > MaxAgents)
            throw new InputProblem("agents", $"At most {MaxAgents} agents in one project.");
        string? mode = ReadMode(body);
        return new LaunchRequest(
            body.RequiredText("project_name", 200),
            body.RequiredText("repo_path", 4096),
            body.OptionalText("build_command", 32_768),
            body.OptionalText("test_command", 32_768),
            [.. agents.Select(a => LaunchAgent.Read(a, config, mode))],
            ReadCommand(body.OptionalObject("fix_command")),
            ReadGates(body.OptionalText("gates", 20)),
            body.OptionalBudget());
    }

    internal static string? ReadMode(JsonBody body)
    {
        string? mode = body.OptionalText("client_mode", 50);
        return mode is null || ClientModes.IsKnown(mode)
            ? mode
            : throw new InputProblem(body.At("client_mode"), $"There is no client mode '{mode}'. Known are: {string.Join(", ", ClientModes.All)}.");
    }

    private static string? ReadGates(string? gates) =>
        gates is null || GateModes.All.Contains(gates) ? gates : throw new InputProblem("gates", $"Must be one of: {string.Join(", ", GateModes.All)}.");

    internal static AgentCommand? ReadCommand(JsonBody? body)
    {
        if (body is null)
            return null;
        body.AllowOnly("argv", "environment");
        return new AgentCommand(body.RequiredTexts("argv"), body.OptionalTextMap("environment"));
    }
}

/// <summary>One agent of a launch.</summary>
/// <param name="ClientMode">The agent's own or the launch's; null: what team and configuration say.</param>
internal sealed record LaunchAgent(string Field, string Team, string Task, AgentCommand? Command, int? TimeoutSeconds, string? ClientMode = null, Budget? Budget = null)
{
    public static LaunchAgent Read(JsonBody body, OrchestraConfig config, string? launchMode)
    {
        body.AllowOnly("team", "task", "command", "timeout_seconds", "client_mode", "max_cost_usd", "max_turns");
        return Read(body, config, launchMode, "team", "task");
    }

    /// <param name="teamKey">What the body calls the team, and <paramref name="taskKey"/> the task.</param>
    public static LaunchAgent Read(JsonBody body, OrchestraConfig config, string? launchMode, string teamKey, string taskKey)
    {
        string team = body.RequiredText(teamKey, 200);
        if (!config.Teams.Definitions.ContainsKey(team))
        {
            throw new InputProblem(
                body.At(teamKey), $"There is no team '{team}'. Known are: {string.Join(", ", config.Teams.Definitions.Keys.Order())}. Teams are defined in config/orchestra.yml.");
        }

        AgentCommand? command = LaunchRequest.ReadCommand(body.OptionalObject("command"));
        string? ownMode = LaunchRequest.ReadMode(body);
        if (command is not null && ownMode is not (null or ClientModes.Command))
            throw new InputProblem(body.At("client_mode"), $"An agent with a command of its own runs in mode '{ClientModes.Command}'. Leave out one of the two.");
        return new LaunchAgent(
            body.At(teamKey),
            team,
            body.RequiredText(taskKey, 262_144),
            command,
            body.OptionalNumber("timeout_seconds", 1, 604_800),
            command is not null ? ClientModes.Command : ownMode ?? launchMode,
            body.OptionalBudget());
    }
}
