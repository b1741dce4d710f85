using Orchestra.Activities.Agents.Api;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>Which client runs an agent, and with which command line: agent, launch, team, configuration; the nearest wins.</summary>
internal sealed class ClientChoice(OrchestraConfig config, Clients clients)
{
    /// <summary>Why a budget is refused.</summary>
    public const string TellsNothing = "A program of the client mode 'command' does not tell what it uses. Leave the limit out, or choose another client_mode.";

    /// <param name="teammate">Null for the team as a whole.</param>
    /// <exception cref="InputProblem">The client cannot run here; nothing has been launched yet.</exception>
    public AgentCommand For(LaunchAgent agent, TeamConfig team, TeammateConfig? teammate = null)
    {
        string mode = agent.ClientMode ?? teammate?.ClientMode ?? TeamMode(team);
        return mode switch
        {
            ClientModes.ClaudeCode or ClientModes.AgentTeams => Claude(agent, mode, teammate?.Model),
            ClientModes.Api => Api(agent, mode, teammate?.Model),
            ClientModes.Hybrid => Hybrid(agent, teammate?.Model),
            _ when agent.Budget is { } budget => throw new InputProblem(Field(agent, budget.MaxCostUsd is null ? "max_turns" : "max_cost_usd"), TellsNothing),
            _ => agent.Command ?? Named(team.Command) ?? Named("default")
                ?? throw new InputProblem(agent.Field, $"Team '{agent.Team}' has no command: set client.commands.default in config/orchestra.yml or 'command' in the launch."),
        };
    }

    /// <summary>What whoever asked for the client would not expect of the commands that <see cref="For"/> gives; null when there is nothing.</summary>
    public string? NoteOn(AgentCommand command, IEnumerable<AgentCommand> all, string mode)
    {
        string[] notes = [.. new[] { NoteOn(command, mode) }.Concat(all.Select(c => clients.Sandbox.WhyNoShell(c.Client))).OfType<string>().Distinct(StringComparer.Ordinal)];
        return notes.Length > 0 ? string.Join(' ', notes) : null;
    }

    private static string? NoteOn(AgentCommand command, string mode) => mode != ClientModes.Hybrid ? null
        : command.Client != ClientModes.Hybrid ? $"There is no key for the API; {command.Client} does the work."
        : command.Fallback is null ? "There is no Claude Code CLI to fall back to."
        : null;

    /// <exception cref="InputProblem">The strategy needs another client.</exception>
    public string StrategyFor(LaunchAgent agent, TeamConfig team)
    {
        string mode = agent.ClientMode ?? TeamMode(team);
        if (mode == ClientModes.AgentTeams)
            return TeamStrategies.Lead;
        if (team.Strategy == TeamStrategies.Lead && mode != ClientModes.ClaudeCode)
            throw new InputProblem(ModeField(agent), $"Team '{agent.Team}' has the strategy '{TeamStrategies.Lead}', which needs the client mode '{ClientModes.AgentTeams}' or '{ClientModes.ClaudeCode}', not '{mode}'.");
        // A launch that brings its own program means that program, once.
        if (agent.Command is not null || (team.Teammates.Count < 2 && team.Strategy is not (TeamStrategies.Sequence or TeamStrategies.Parallel)))
            return TeamStrategies.Single;
        return team.Strategy ?? (mode == ClientModes.Command && team.Teammates.All(t => t.ClientMode is null) ? TeamStrategies.Single : TeamStrategies.Sequence);
    }

    public string ModeOf(LaunchAgent agent, TeamConfig team) => agent.ClientMode ?? TeamMode(team);

    private AgentCommand Claude(LaunchAgent agent, string mode, string? model) =>
        ClaudeCommands.Build(clients.Claude.Find(config.Client.ClaudeCode.Path, ModeField(agent)), config.Client.ClaudeCode, mode, model, agent.Budget);

    private AgentCommand Api(LaunchAgent agent, string mode, string? model)
    {
        clients.Api.Require(ModeField(agent));
        return ApiCommands.Build(config.Client.Api, model, Field(agent, agent.Budget?.MaxCostUsd is null ? "client_mode" : "max_cost_usd"), mode, agent.Budget);
    }

    private AgentCommand Hybrid(LaunchAgent agent, string? model)
    {
        if (!clients.Api.HasKey) return Claude(agent, ClientModes.ClaudeCode, model);
        AgentCommand command = Api(agent, ClientModes.Hybrid, model);
        return clients.Claude.Exists(config.Client.ClaudeCode.Path) ? command with { Fallback = Claude(agent, ClientModes.ClaudeCode, model) } : command;
    }

    private string TeamMode(TeamConfig team) => team.ClientMode ?? (team.Command is null ? config.Client.DefaultMode : ClientModes.Command);

    /// <summary>A command line of the configuration.</summary>
    public AgentCommand? Named(string? name) =>
        name is not null && config.Client.Commands.TryGetValue(name, out CommandConfig? command)
            ? new AgentCommand(command.Argv, command.Env, PassEnvironment: command.PassEnv.Count > 0 ? command.PassEnv : null)
            : null;

    private static string ModeField(LaunchAgent agent) => Field(agent, "client_mode");

    private static string Field(LaunchAgent agent, string key) => agent.Field[..(agent.Field.LastIndexOf('.') + 1)] + key;
}
