using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Gates;

/// <summary>Builds and tests one commit, one gate at a time per project.</summary>
public sealed class GateRunner
{
    private readonly KeyedLock projects = new();
    private readonly RunEngine engine;
    private readonly GateWorktree worktree;
    private readonly DataFolder data;

    internal GateRunner(RunEngine engine, GateWorktree worktree, DataFolder data)
    {
        this.engine = engine;
        this.worktree = worktree;
        this.data = data;
    }

    /// <exception cref="OperationCanceledException">The host stops; the gate was ended and the next call runs it again.</exception>
    public async Task<RunResult> RunAsync(GateInput gate, CancellationToken cancellationToken)
    {
        using IDisposable _ = await projects.EnterAsync(gate.ProjectId, cancellationToken);
        bool ran = false;
        RunRequest request = new(
            gate.RunId,
            gate.ProjectId,
            data.IntegrationWorktree(gate.ProjectId),
            ["/bin/sh", "-c", gate.Command],
            null,
            null,
            TimeSpan.FromSeconds(gate.TimeoutSeconds));
        RunResult result = await engine.RunAsync(request, PrepareAsync, cancellationToken);
        if (ran) await worktree.CheckUnchangedAsync(gate, cancellationToken);
        return result;

        async Task PrepareAsync(bool startsOver)
        {
            await worktree.CheckOutAsync(gate, cancellationToken);
            ran = true;
        }
    }
}
