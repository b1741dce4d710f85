using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>The worktrees in which fixes and resolutions are being made. Whatever becomes of one, what is only in it is kept before it goes.</summary>
internal sealed class Attempts(ProjectRun run)
{
    private readonly List<KeepWorkInput> open = [];

    public IEnumerable<string> Paths => open.Select(work => work.WorktreePath!);

    /// <summary>What is to be kept of those that nothing was made of: a cancel or a failed step ends the pipeline in their middle.</summary>
    public IReadOnlyList<KeepWorkInput> Left => [.. open.Select(work => work with { Date = run.Context.CurrentUtcDateTime })];

    public string Begin(string workId, LaidOutWorktree worktree)
    {
        open.Add(new KeepWorkInput(run.Prepared.RepoPath, workId, worktree.Path, run.Context.CurrentUtcDateTime, Base: run.Head));
        return worktree.Path;
    }

    /// <param name="taken">The commit that was made of it; null when it was not accepted.</param>
    /// <param name="isKept">Whether it is under its kept ref already.</param>
    /// <returns>The ref under which something was kept now.</returns>
    public async Task<string?> EndAsync(string workId, string? taken, bool isKept = false)
    {
        KeepWorkInput work = open.Single(w => w.SessionId == workId) with { Date = run.Context.CurrentUtcDateTime, Taken = taken };
        CleanedUp? cleaned = await run.CallAsync<CleanedUp?>(ActivityNames.CleanUp, new CleanUpInput(
            run.Prepared.RepoPath, run.Plan.ProjectId, [work.WorktreePath!], WithGates: false, Keep: isKept ? [] : [work]));
        open.RemoveAll(w => w.SessionId == workId);
        return cleaned?.Kept.SingleOrDefault();
    }
}
