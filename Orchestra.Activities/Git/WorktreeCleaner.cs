using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Removes a project's worktrees; never a branch.</summary>
public sealed class WorktreeCleaner(Worktrees worktrees, WorktreeRemover remover, Keeper keeper, DataFolder data, ILogger<WorktreeCleaner> logger)
{
    public async Task<CleanedUp> CleanUpAsync(CleanUpInput input, CancellationToken cancellationToken)
    {
        var kept = new List<string>();
        var left = new List<string>();
        foreach (string path in input.WorktreePaths.Distinct(StringComparer.Ordinal))
        {
            if (!await KeepAsync(input.Keep?.FirstOrDefault(work => work.WorktreePath == path), kept, cancellationToken))
                left.Add($"{path}: its content could not be kept");
            else if (await RemoveAsync(path, () => remover.RemoveAsync(input.RepoPath, path, cancellationToken)) is { } objection)
                left.Add($"{path}: {objection}");
        }

        if (input.WithGates)
            await RemoveGatesAsync(input.RepoPath, data.IntegrationWorktree(GitNames.WorkId(input.ProjectId)), cancellationToken);
        return new CleanedUp(kept, left);
    }

    // A checkout of a commit of ours; whatever else is in it came out of a build.
    private Task<string?> RemoveGatesAsync(string repoPath, string path, CancellationToken cancellationToken) => RemoveAsync(path, async () =>
    {
        await worktrees.RemoveAsync(repoPath, path, cancellationToken);
        return null;
    });

    /// <returns>False when something is in the worktree that could not be kept.</returns>
    private async Task<bool> KeepAsync(KeepWorkInput? work, List<string> kept, CancellationToken cancellationToken)
    {
        if (work is null)
            return true;
        try
        {
            if (await keeper.KeepAsync(work, cancellationToken) is not null)
                kept.Add(RefNames.Kept(work.SessionId));
            return true;
        }
        catch (Exception problem) when (problem is GitException or IOException)
        {
            GitLog.NotKept(logger, work.WorktreePath!, problem);
            return false;
        }
    }

    // The repository may be gone by now; that is no reason to fail a pipeline that has ended.
    private async Task<string?> RemoveAsync(string path, Func<Task<string?>> remove)
    {
        try
        {
            return await remove();
        }
        catch (GitException problem)
        {
            GitLog.NotForgotten(logger, path, problem);
            return null;
        }
    }
}
