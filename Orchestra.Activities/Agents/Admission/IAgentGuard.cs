using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>Looks after the runs of one agent.</summary>
internal interface IAgentGuard
{
    /// <summary>Whether a run that a used-up quota interrupts goes on later.</summary>
    bool MayPause { get; }

    /// <summary>The end that the run must come to now; null while it may go on.</summary>
    /// <param name="usage">What the run has used so far, as far as that is known.</param>
    /// <param name="turns">Replies of the model so far.</param>
    RunEnd? Look(AgentRun run, RunUsage? usage, int turns);

    Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken);
}
