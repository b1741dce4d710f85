using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>What a team is told of its task; in a sequence, each teammate's part is added when its turn comes.</summary>
internal static class Prompts
{
    public static string For(LaunchAgent agent, TeamConfig team, string strategy) =>
        $"""
        You work in a git worktree of your own, on a branch of your own; others work on the same repository at the same time.
        Team: {agent.Team}. {team.Description}
        {Roles(team, strategy)}

        Task:
        {agent.Task}
        """;

    private static string Roles(TeamConfig team, string strategy)
    {
        string roles = string.Join('\n', team.Teammates.Select(t => $"- {t.Name}: {t.Role}"));
        string? heading = strategy switch
        {
            TeamStrategies.Sequence => "Its members work one after the other in this worktree:",
            TeamStrategies.Parallel => "Its members work at the same time, each in a worktree of its own, and only read:",
            TeamStrategies.Lead => "You lead it. Give each of its members, which are agents of yours by these names, its part, with what the former ones found; then check the whole:",
            _ => "Take these roles one after the other:",
        };
        return roles.Length == 0 ? "" : $"{heading}\n{roles}";
    }
}
