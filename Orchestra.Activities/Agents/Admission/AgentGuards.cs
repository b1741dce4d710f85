using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>Several guards of one agent; the first that wants an end has it.</summary>
internal sealed class AgentGuards(IReadOnlyList<IAgentGuard> guards) : IAgentGuard
{
    public bool MayPause => guards.Any(g => g.MayPause);

    public RunEnd? Look(AgentRun run, RunUsage? usage, int turns) => guards.Select(g => g.Look(run, usage, turns)).FirstOrDefault(e => e is not null);

    public async Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken)
    {
        foreach (IAgentGuard guard in guards) await guard.EndedAsync(run, result, cancellationToken);
    }
}
