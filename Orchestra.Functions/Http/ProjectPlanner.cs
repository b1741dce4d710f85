using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Git.Mechanical;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>Makes the plan of a project from a launch and the configuration. What is decided here holds until the project's end.</summary>
internal sealed class ProjectPlanner(OrchestraConfig config, ClaudeCli claude, TimeProvider time)
{
    private readonly ClientChoice clients = new(config, claude);

    public ProjectPlan Plan(LaunchRequest launch, string repositoryRoot)
    {
        DateTimeOffset now = time.GetUtcNow();
        PipelineConfig pipeline = config.Pipeline;
        List<AgentPlan> agents = [.. launch.Agents.Select(a => Plan(a, now))];
        var options = new PipelineOptions(
            launch.FixCommand ?? clients.Named(pipeline.FixCommand) ?? agents[0].Command,
            pipeline.GateTimeoutSeconds, pipeline.FixTimeoutSeconds, pipeline.MaxFixAttempts, pipeline.MaxLandingAttempts,
            pipeline.Mechanical, MergePolicies.Of(pipeline), pipeline.MaxResolveAttempts, pipeline.ResolutionMayChange);
        return new ProjectPlan(
            Ids.New(now), launch.ProjectName, repositoryRoot, Blank(launch.BuildCommand), Blank(launch.TestCommand), agents, options);
    }

    private AgentPlan Plan(LaunchAgent agent, DateTimeOffset now)
    {
        TeamConfig team = config.Teams.Definitions[agent.Team];
        AgentCommand command = clients.For(agent, team);
        int timeout = agent.TimeoutSeconds ?? Math.Max(60, team.Teammates.Sum(t => t.TimeoutSeconds));
        string sessionId = Ids.New(now);
        string? clientSession = command.Client == ClientModes.ClaudeCode ? ClaudeCommands.SessionId(sessionId) : null;
        return new AgentPlan(sessionId, agent.Team, agent.Task, Prompt(agent, team), command, timeout, clientSession);
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

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
