using Orchestra.Activities.Agents.Claude;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>Which client runs an agent, and with which command line: agent, launch, team, configuration; the nearest wins.</summary>
internal sealed class ClientChoice(OrchestraConfig config, ClaudeCli claude)
{
    /// <exception cref="InputProblem">The client cannot run here; nothing has been launched yet.</exception>
    public AgentCommand For(LaunchAgent agent, TeamConfig team)
    {
        string mode = agent.ClientMode ?? team.ClientMode ?? (team.Command is null ? config.Client.DefaultMode : ClientModes.Command);
        return mode switch
        {
            ClientModes.ClaudeCode => ClaudeCommands.Build(claude.Find(config.Client.ClaudeCode.Path, ModeField(agent)), config.Client.ClaudeCode),
            _ => agent.Command ?? Named(team.Command) ?? Named("default")
                ?? throw new InputProblem(agent.Field, $"Team '{agent.Team}' has no command: set client.commands.default in config/orchestra.yml or 'command' in the launch."),
        };
    }

    /// <summary>A command line of the configuration.</summary>
    public AgentCommand? Named(string? name) =>
        name is not null && config.Client.Commands.TryGetValue(name, out CommandConfig? command)
            ? new AgentCommand(command.Argv, command.Env, PassEnvironment: command.PassEnv.Count > 0 ? command.PassEnv : null)
            : null;

    private static string ModeField(LaunchAgent agent) => agent.Field[..(agent.Field.LastIndexOf('.') + 1)] + "client_mode";
}
