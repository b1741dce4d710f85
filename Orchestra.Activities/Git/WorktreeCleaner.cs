using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Removes a project's worktrees; never a branch.</summary>
public sealed class WorktreeCleaner(Worktrees worktrees, Keeper keeper, DataFolder data, ILogger<WorktreeCleaner> logger)
{
    public async Task<CleanedUp> CleanUpAsync(CleanUpInput input, CancellationToken cancellationToken)
    {
        var kept = new List<string>();
        IEnumerable<string> paths = input.WorktreePaths;
        if (input.WithGates)
            paths = paths.Append(data.IntegrationWorktree(GitNames.WorkId(input.ProjectId)));
        foreach (string path in paths.Distinct(StringComparer.Ordinal))
        {
            if (await KeepAsync(input.Keep?.FirstOrDefault(work => work.WorktreePath == path), kept, cancellationToken))
                await RemoveAsync(input.RepoPath, path, cancellationToken);
        }

        return new CleanedUp(kept);
    }

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
    private async Task RemoveAsync(string repoPath, string path, CancellationToken cancellationToken)
    {
        try
        {
            await worktrees.RemoveAsync(repoPath, path, cancellationToken);
        }
        catch (GitException problem)
        {
            GitLog.NotForgotten(logger, path, problem);
        }
    }
}
