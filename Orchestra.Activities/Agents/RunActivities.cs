using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Gates;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents;

/// <summary>The activities that run processes: agents and gates.</summary>
public sealed class RunActivities(AgentRunner agents, GateRunner gates, Regenerator regenerator)
{
    /// <summary>Runs an agent once to its end; a second call gives the first one's result or goes on waiting for it.</summary>
    [Function(ActivityNames.RunAgent)]
    public Task<RunResult> RunAgent([ActivityTrigger] AgentRun input, CancellationToken cancellationToken) =>
        agents.RunAsync(input, cancellationToken);

    /// <summary>Runs a build or test command on exactly one commit. Only exit code 0 is a pass.</summary>
    [Function(ActivityNames.RunGate)]
    public Task<RunResult> RunGate([ActivityTrigger] GateInput input, CancellationToken cancellationToken) =>
        gates.RunAsync(input, cancellationToken);

    /// <summary>Has generated files written anew on a candidate merge; a second call takes the first one's work.</summary>
    [Function(ActivityNames.Regenerate)]
    public Task<RegeneratedMerge> Regenerate([ActivityTrigger] RegenerateInput input, CancellationToken cancellationToken) =>
        regenerator.RegenerateAsync(input, cancellationToken);
}
