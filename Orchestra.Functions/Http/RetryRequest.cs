using Orchestra.Activities.Agents.Claude;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>What a retry is to do differently. Null keeps what was; an empty command means that there is none any more.</summary>
/// <param name="Branches">Names of branches that somebody made, to be merged like agents' own.</param>
/// <param name="Agents">Agents that are run besides those that have ended.</param>
/// <param name="Budget">What all agents of the project may use from now on, what they have used already included.</param>
/// <param name="ClientMode">Of the added agents that name none, and of those that resolve conflicts and mend gates.</param>
internal sealed record RetryRequest(
    string? BuildCommand, string? TestCommand, AgentCommand? FixCommand, IReadOnlyList<string> Branches, IReadOnlyList<LaunchAgent> Agents, string? ClientMode,
    Budget? Budget)
{
    private const int MaxAgents = 100;

    public static RetryRequest Read(JsonBody body, OrchestraConfig config)
    {
        body.AllowOnly("build_command", "test_command", "fix_command", "branches", "agents", "client_mode", "max_cost_usd", "max_turns");
        string? mode = LaunchRequest.ReadMode(body);
        return new RetryRequest(
            body.OptionalText("build_command", 32_768),
            body.OptionalText("test_command", 32_768),
            LaunchRequest.ReadCommand(body.OptionalObject("fix_command")),
            [.. body.OptionalTexts("branches").Distinct(StringComparer.Ordinal)],
            [.. (body.OptionalObjects("agents") ?? []).Select(a => LaunchAgent.Read(a, config, mode))],
            mode,
            body.OptionalBudget());
    }

    /// <param name="added">Plans of the added agents; <paramref name="taken"/> those of the branches, which are not run.</param>
    public ProjectPlan Apply(ProjectPlan plan, OrchestraConfig config, Clients clients, IReadOnlyList<AgentPlan> added, IReadOnlyList<AgentPlan> taken)
    {
        if (plan.Agents.Count + added.Count + taken.Count > MaxAgents)
            throw new InputProblem(added.Count > 0 ? "agents" : "branches", $"At most {MaxAgents} agents and branches in one project.");
        IReadOnlyList<AgentPlan> agents = [.. plan.Agents, .. added, .. taken];
        return plan with
        {
            BuildCommand = BuildCommand is null ? plan.BuildCommand : Blank(BuildCommand),
            TestCommand = TestCommand is null ? plan.TestCommand : Blank(TestCommand),
            Agents = agents,
            Budget = Merged(plan.Budget, ProjectPlanner.BudgetOf(Budget, agents)),
            Options = plan.Options with { FixTeamCommand = FixCommand ?? FixCommandOf(plan, config, clients) },
        };
    }

    // A limit that is not named stays.
    private static Budget? Merged(Budget? former, Budget? changed) =>
        Core.Pipeline.Budget.Of(changed?.MaxCostUsd ?? former?.MaxCostUsd, changed?.MaxTurns ?? former?.MaxTurns);

    private AgentCommand FixCommandOf(ProjectPlan plan, OrchestraConfig config, Clients clients)
    {
        if (ClientMode is null)
            return plan.Options.FixTeamCommand;
        string team = plan.Agents.Select(a => a.Team).FirstOrDefault(config.Teams.Definitions.ContainsKey)
            ?? throw new InputProblem("client_mode", "None of the project's teams is in the configuration any more; give a fix_command instead.");
        return clients.Secrets.Hide(new ClientChoice(config, clients).For(
            new LaunchAgent("client_mode", team, "", null, null, ClientMode), config.Teams.Definitions[team]));
    }

    private static string? Blank(string text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
