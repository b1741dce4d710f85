using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>Makes the plan of a project from a launch and the configuration. What is decided here holds until the project's end.</summary>
internal sealed class ProjectPlanner(OrchestraConfig config, TimeProvider time)
{
    public ProjectPlan Plan(LaunchRequest launch, string repositoryRoot)
    {
        DateTimeOffset now = time.GetUtcNow();
        PipelineConfig pipeline = config.Pipeline;
        List<AgentPlan> agents = [.. launch.Agents.Select(a => Plan(a, now))];
        var options = new PipelineOptions(
            launch.FixCommand ?? Named(pipeline.FixCommand) ?? agents[0].Command,
            pipeline.GateTimeoutSeconds, pipeline.FixTimeoutSeconds, pipeline.MaxFixAttempts, pipeline.MaxLandingAttempts);
        return new ProjectPlan(
            Ids.New(now), launch.ProjectName, repositoryRoot, Blank(launch.BuildCommand), Blank(launch.TestCommand), agents, options);
    }

    private AgentPlan Plan(LaunchAgent agent, DateTimeOffset now)
    {
        TeamConfig team = config.Teams.Definitions[agent.Team];
        AgentCommand command = agent.Command ?? Named(team.Command) ?? Named("default")
            ?? throw new InputProblem(agent.Field, $"Team '{agent.Team}' has no command: set client.commands.default in config/orchestra.yml or 'command' in the launch.");
        int timeout = agent.TimeoutSeconds ?? Math.Max(60, team.Teammates.Sum(t => t.TimeoutSeconds));
        return new AgentPlan(Ids.New(now), agent.Team, agent.Task, Prompt(agent, team), command, timeout);
    }

    private static string Prompt(LaunchAgent agent, TeamConfig team)
    {
        string roles = string.Join('\n', team.Teammates.Select(t => $"- {t.Name}: {t.Role}"));
        return
            $"""
            You work in a git worktree of your own, on a branch of your own; others work on the same repository at the same time.
            Team: {agent.Team}. {team.Description}
            {(roles.Length == 0 ? "" : $"Take these roles one after the other:\n{roles}")}

            Task:
            {agent.Task}
            """;
    }

    private AgentCommand? Named(string? name) =>
        name is not null && config.Client.Commands.TryGetValue(name, out CommandConfig? command) ? new AgentCommand(command.Argv, command.Env) : null;

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
