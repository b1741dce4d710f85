using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>
/// Lets an agent run when it may. One that must wait is sent back at once with the reason: its orchestration waits, so that waiting costs
/// nothing and outlives the host.
/// </summary>
public sealed class AgentAdmission
{
    private static readonly TimeSpan RoomAskAgain = TimeSpan.FromSeconds(30);

    private readonly AgentRunner runner;
    private readonly AgentPlaces places;
    private readonly MachineRoom room;
    private readonly TimeProvider time;
    private readonly IRunObserver? observer;

    internal AgentAdmission(AgentRunner runner, AgentPlaces places, MachineRoom room, TimeProvider time, IRunObserver? observer)
    {
        this.runner = runner;
        this.places = places;
        this.room = room;
        this.time = time;
        this.observer = observer;
    }

    /// <exception cref="OperationCanceledException">As for <see cref="AgentRunner.RunAsync"/>.</exception>
    public async Task<RunResult> RunAsync(AgentRun run, CancellationToken cancellationToken)
    {
        // Planned by a version that knew of no waiting.
        if (run.Waiter is not { } waiter) return await runner.RunAsync(run, cancellationToken);

        string owner = run.ProjectId ?? run.SessionId ?? run.RunId;
        if (runner.IsUnderWay(run))
        {
            places.Enter(run.RunId, owner, waiter);
        }
        else
        {
            if (room.Shortage(run.RepoPath) is { } shortage) return Waiting(WaitKinds.Resources, shortage, RoomAskAgain);
            if (!places.TryEnter(run.RunId, owner, waiter, out IReadOnlyList<string> calls))
                return Waiting(WaitKinds.Place, $"{places.Most} agents run already (runs.max_parallel_agents).", AgentPlaces.AskAgain) with { Calls = calls };
        }

        IReadOnlyList<string> next = [];
        RunResult result;
        try
        {
            if (observer is not null) await observer.BegunAsync(run.SessionId ?? run.RunId, cancellationToken);
            result = await runner.RunAsync(run, cancellationToken);
        }
        finally
        {
            next = places.Leave(run.RunId);
        }
        return result with { Calls = next };
    }

    private RunResult Waiting(string kind, string reason, TimeSpan askAgain)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return new RunResult(RunStatus.Failed, null, "", reason, now, now) { Wait = new AgentWait(kind, reason, now + askAgain) };
    }
}
