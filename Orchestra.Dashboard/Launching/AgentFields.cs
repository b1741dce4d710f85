using Orchestra.Client;

namespace Orchestra.Dashboard.Launching;

/// <summary>One agent of the launch form.</summary>
public sealed class AgentFields(Action changed)
{
    private const int LongestRun = 604_800;
    private const int MostTurns = 1_000_000;

    public static readonly IReadOnlyList<string> Names = ["team", "task", "client_mode", "command", "timeout_seconds", "max_cost_usd", "max_turns"];

    public FormFields Fields { get; } = new(changed);

    /// <summary>Whether something beside team and task is said of this agent.</summary>
    public bool HasMore => Names.Skip(2).Any(n => Fields.Text(n) is not null);

    public void Take(LaunchAgent agent)
    {
        Fields["team"] = agent.Team;
        Fields["task"] = agent.Task;
        Fields.Set("client_mode", agent.ClientMode);
        Fields.Set("command", agent.Command);
        Fields.Set("timeout_seconds", agent.TimeoutSeconds);
        Fields.Set("max_cost_usd", agent.MaxCostUsd);
        Fields.Set("max_turns", agent.MaxTurns);
    }

    /// <summary>What the API would take; whatever cannot be sent is refused at its field.</summary>
    public LaunchAgent Read()
    {
        Fields.Require("team", "Say which team works on it.");
        Fields.Require("task", "Say what is to be done.");
        return new LaunchAgent(
            Fields["team"], Fields["task"], Fields.Command("command"), Fields.Text("client_mode"),
            Fields.Whole("timeout_seconds", LongestRun), Fields.Dollars("max_cost_usd"), Fields.Whole("max_turns", MostTurns));
    }
}
