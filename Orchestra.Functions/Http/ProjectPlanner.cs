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
            available.Secrets.Hide(launch.FixCommand ?? clients.Named(pipeline.FixCommand) ?? clients.For(launch.Agents[0], config.Teams.Definitions[launch.Agents[0].Team])),
            pipeline.GateTimeoutSeconds, pipeline.FixTimeoutSeconds, pipeline.MaxFixAttempts, pipeline.MaxLandingAttempts,
            pipeline.Mechanical, MergePolicies.Of(pipeline), pipeline.MaxResolveAttempts, pipeline.ResolutionMayChange,
            pipeline.GateRetries, pipeline.ReusePasses, pipeline.RequireTests, pipeline.TestsRanPattern,
            launch.Gates ?? pipeline.Gates);
        return new ProjectPlan(
            Ids.New(now), launch.ProjectName, repositoryRoot, Blank(launch.BuildCommand), Blank(launch.TestCommand), agents, options, Budget: BudgetOf(launch.Budget, agents),
            Rules: PipelineRules.Newest);
    }

    private AgentPlan Plan(LaunchAgent agent, DateTimeOffset now) => PlanAgent(agent, config.Teams.Definitions[agent.Team], now);

    public AgentPlan PlanAgent(LaunchAgent agent, TeamConfig team, DateTimeOffset now)
    {
        string strategy = clients.StrategyFor(agent, team);
        AgentCommand command = available.Secrets.Hide(clients.For(agent, team));
        if (strategy == TeamStrategies.Lead)
            command = ClaudeCommands.WithAgents(command, team.Teammates);
        bool atOnce = strategy == TeamStrategies.Parallel;
        IReadOnlyList<TeammatePlan>? teammates = atOnce || strategy == TeamStrategies.Sequence ? [.. team.Teammates.Select(t => PlanTeammate(agent, team, t, atOnce))] : null;
        int timeout = agent.TimeoutSeconds ?? Math.Max(60, atOnce ? team.Teammates.Max(t => t.TimeoutSeconds) : team.Teammates.Sum(t => t.TimeoutSeconds));
        string sessionId = Ids.New(now);
        string? clientSession = teammates is null && ClientModes.HasEventStream(command.Client) ? ClaudeCommands.SessionId(sessionId) : null;
        return new AgentPlan(sessionId, agent.Team, agent.Task, Prompts.For(agent, team, strategy), command, timeout, clientSession, teammates,
            clients.NoteOn(command, teammates?.Select(t => t.Command) ?? [command], clients.ModeOf(agent, team)), agent.Budget) { AtOnce = atOnce };
    }

    private TeammatePlan PlanTeammate(LaunchAgent agent, TeamConfig team, TeammateConfig teammate, bool onlyReads)
    {
        AgentCommand command = available.Secrets.Hide(clients.For(agent, team, teammate));
        return new TeammatePlan(
            teammate.Name, teammate.Role, onlyReads ? ClaudeCommands.OnlyReading(command) : command, agent.TimeoutSeconds ?? teammate.TimeoutSeconds);
    }

    /// <exception cref="InputProblem">Nobody tells what is used, so that it could not be held.</exception>
    public static Budget? BudgetOf(Budget? budget, IEnumerable<AgentPlan> agents) =>
        budget is null || agents.SelectMany(a => a.Teammates?.Select(t => t.Command) ?? [a.Command]).Any(c => ClientModes.HasEventStream(c.Client))
            ? budget
            : throw new InputProblem(budget.MaxCostUsd is null ? "max_turns" : "max_cost_usd", ClientChoice.TellsNothing);

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
