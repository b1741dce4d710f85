using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>A worktree in which an agent or a person resolves a conflict, and what makes of its state a merge commit.</summary>
internal sealed class ConflictWorktree(ProjectRun run, GatePhase gates)
{
    public async Task<string> LayOutAsync(ConflictCase conflict, string workId) =>
        run.Attempts.Begin(workId, await run.CallAsync<LaidOutWorktree>(
            ActivityNames.LayOutConflict, new LayOutConflictInput(run.Prepared.RepoPath, workId, run.Head, conflict.Theirs)));

    /// <summary>Takes the worktree's state if it is a resolution and builds; only then the integration branch moves.</summary>
    /// <param name="mayChange">Patterns of files that may change besides the conflicted ones.</param>
    public async Task<ConcludedWork> ConcludeAsync(ConflictCase conflict, string path, IReadOnlyList<string> mayChange)
    {
        ConcludedWork work = await run.CallAsync<ConcludedWork>(ActivityNames.ConcludeConflict, new ConcludeConflictInput(
            run.Prepared.RepoPath, path, run.IntegrationRef, run.Head, conflict.Theirs, conflict.Paths, conflict.Message,
            run.Context.CurrentUtcDateTime, MoveRef: false, mayChange));
        if (work.Commit is null)
            return work;
        if (await gates.BuildObjectionAsync(work.Commit) is { } objection)
            return new ConcludedWork(null, $"Of the resolution {objection}.");
        await run.CallAsync(ActivityNames.AdvanceIntegration, new AdvanceIntegrationInput(
            run.Prepared.RepoPath, run.IntegrationRef, run.Head, work.Commit));
        return work;
    }

    /// <param name="taken">Its resolution. Without one its state goes under the kept refs: what was not accepted may still hold the right idea.</param>
    public async Task RemoveAsync(string workId, string path, string? taken)
    {
        if (taken is null)
            await run.CallAsync(ActivityNames.KeepWork, new KeepWorkInput(run.Prepared.RepoPath, workId, path, run.Context.CurrentUtcDateTime));
        await run.Attempts.EndAsync(workId, taken, isKept: taken is null);
    }
}
