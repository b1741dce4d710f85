using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Git.Mechanical;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>Makes the plan of a project from a launch and the configuration. What is decided here holds until the project's end.</summary>
internal sealed class ProjectPlanner(OrchestraConfig config, Clients available, TimeProvider time)
{
    private readonly ClientChoice clients = new(config, available);

    public ProjectPlan Plan(LaunchRequest launch, string repositoryRoot)
    {
        available.Sandbox.Require();
        DateTimeOffset now = time.GetUtcNow();
        PipelineConfig pipeline = config.Pipeline;
        List<AgentPlan> agents = [.. launch.Agents.Select(a => Plan(a, now))];
        var options = new PipelineOptions(
            launch.FixCommand ?? clients.Named(pipeline.FixCommand) ?? clients.For(launch.Agents[0], config.Teams.Definitions[launch.Agents[0].Team]),
            pipeline.GateTimeoutSeconds, pipeline.FixTimeoutSeconds, pipeline.MaxFixAttempts, pipeline.MaxLandingAttempts,
            pipeline.Mechanical, MergePolicies.Of(pipeline), pipeline.MaxResolveAttempts, pipeline.ResolutionMayChange,
            pipeline.GateRetries, pipeline.ReusePasses, pipeline.RequireTests, pipeline.TestsRanPattern,
            launch.Gates ?? pipeline.Gates);
        return new ProjectPlan(
            Ids.New(now), launch.ProjectName, repositoryRoot, Blank(launch.BuildCommand), Blank(launch.TestCommand), agents, options);
    }

    private AgentPlan Plan(LaunchAgent agent, DateTimeOffset now) => PlanAgent(agent, config.Teams.Definitions[agent.Team], now);

    public AgentPlan PlanAgent(LaunchAgent agent, TeamConfig team, DateTimeOffset now)
    {
        string strategy = clients.StrategyFor(agent, team);
        AgentCommand command = clients.For(agent, team);
        if (strategy == TeamStrategies.Lead)
            command = ClaudeCommands.WithAgents(command, team.Teammates);
        IReadOnlyList<TeammatePlan>? teammates = strategy == TeamStrategies.Sequence
            ? [.. team.Teammates.Select(t => new TeammatePlan(t.Name, t.Role, clients.For(agent, team, t), agent.TimeoutSeconds ?? t.TimeoutSeconds))]
            : null;
        int timeout = agent.TimeoutSeconds ?? Math.Max(60, team.Teammates.Sum(t => t.TimeoutSeconds));
        string sessionId = Ids.New(now);
        string? clientSession = teammates is null && ClientModes.HasEventStream(command.Client) ? ClaudeCommands.SessionId(sessionId) : null;
        return new AgentPlan(sessionId, agent.Team, agent.Task, Prompts.For(agent, team, strategy), command, timeout, clientSession, teammates,
            ClientChoice.NoteOn(command, clients.ModeOf(agent, team)));
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
