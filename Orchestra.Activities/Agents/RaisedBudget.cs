using Orchestra.Activities.Agents.Api;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents;

/// <summary>Lets a client know of a budget that was raised after its command line had been planned.</summary>
internal static class RaisedBudget
{
    public static AgentCommand On(AgentCommand command, Budget budget)
    {
        AgentCommand raised = command.Client switch
        {
            ClientModes.Api or ClientModes.Hybrid => ApiCommands.WithBudget(command, budget),
            ClientModes.ClaudeCode or ClientModes.AgentTeams => ClaudeCommands.WithBudget(command, budget),
            _ => command,
        };
        return raised with { Fallback = raised.Fallback is { } fallback ? On(fallback, budget) : null };
    }
}
