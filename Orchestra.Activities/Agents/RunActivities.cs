using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Agents.Admission;
using Orchestra.Activities.Gates;
using Orchestra.Core;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents;

/// <summary>The activities that run processes: agents and gates.</summary>
public sealed class RunActivities(AgentAdmission agents, GateRunner gates, Regenerator regenerator, Redactor redactor)
{
    /// <summary>Runs an agent once to its end, or says why it must wait; a second call gives the first one's result or goes on waiting for it.</summary>
    [Function(ActivityNames.RunAgent)]
    public async Task<RunResult> RunAgent([ActivityTrigger] AgentRun input, CancellationToken cancellationToken) =>
        Redacted(await agents.RunAsync(input, cancellationToken));

    /// <summary>Runs a build or test command on exactly one commit. Only exit code 0 is a pass.</summary>
    [Function(ActivityNames.RunGate)]
    public async Task<RunResult> RunGate([ActivityTrigger] GateInput input, CancellationToken cancellationToken) =>
        Redacted(await gates.RunAsync(input, cancellationToken));

    /// <summary>Has generated files written anew on a candidate merge; a second call takes the first one's work.</summary>
    [Function(ActivityNames.Regenerate)]
    public async Task<RegeneratedMerge> Regenerate([ActivityTrigger] RegenerateInput input, CancellationToken cancellationToken)
    {
        RegeneratedMerge merge = await regenerator.RegenerateAsync(input, cancellationToken);
        return merge with { Run = Redacted(merge.Run) };
    }

    // What a run printed goes into the journal, the store and prompts of others: secrets end here.
    private RunResult Redacted(RunResult result) => result with
    {
        OutputTail = redactor.Redact(result.OutputTail),
        Error = result.Error is null ? null : redactor.Redact(result.Error),
        Answer = result.Answer is null ? null : redactor.Redact(result.Answer),
    };
}
