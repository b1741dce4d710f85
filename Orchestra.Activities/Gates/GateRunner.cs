using Orchestra.Activities.Agents;
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
    private readonly GatePasses passes;
    private readonly TestEvidence evidence;
    private readonly BuildCaches caches;

    internal GateRunner(RunEngine engine, GateWorktree worktree, GatePasses passes, TestEvidence evidence, DataFolder data, BuildCaches caches)
    {
        this.caches = caches;
        this.passes = passes;
        this.evidence = evidence;
        this.engine = engine;
        this.worktree = worktree;
        this.data = data;
    }

    /// <exception cref="OperationCanceledException">The host stops; the gate was ended and the next call runs it again.</exception>
    public Task<RunResult> RunAsync(GateInput gate, CancellationToken cancellationToken) => RunAsync(gate, null, cancellationToken);

    /// <param name="take">For a command whose work is wanted: called when it passed, before another gate uses the worktree; also for a result of an earlier call.</param>
    internal async Task<RunResult> RunAsync(GateInput gate, Func<Task>? take, CancellationToken cancellationToken)
    {
        using IDisposable _ = await projects.EnterAsync(gate.ProjectId, cancellationToken);
        // A run that has begun is taken up: its own pass must not be told as one of before, without its output.
        bool begun = Directory.Exists(data.Run(gate.RunId));
        if (gate.Reuse && !begun && await passes.FindAsync(gate, cancellationToken) is { } former) return former;
        bool ran = false;
        RunRequest request = new(
            gate.RunId,
            gate.ProjectId,
            data.IntegrationWorktree(gate.ProjectId),
            ["/bin/sh", "-c", gate.Command],
            null,
            null,
            TimeSpan.FromSeconds(gate.TimeoutSeconds))
        {
            EnvironmentAtStart = () => caches.Environment(gate.RepoPath, data.IntegrationWorktree(gate.ProjectId), null),
        };
        RunResult result = evidence.Judge(gate, await engine.RunAsync(request, PrepareAsync, cancellationToken));
        if (take is null && ran) await worktree.CheckUnchangedAsync(gate, cancellationToken);
        if (take is not null && result.Status == RunStatus.Completed) await take();
        if (gate.Reuse && result.Status == RunStatus.Completed) await passes.AddAsync(gate, cancellationToken);
        return result;

        async Task PrepareAsync(RunBeginning beginning)
        {
            await worktree.CheckOutAsync(gate, cancellationToken);
            ran = true;
        }
    }
}
