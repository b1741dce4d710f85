using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Removes a project's worktrees; never a branch.</summary>
public sealed class WorktreeCleaner(Worktrees worktrees, DataFolder data, ILogger<WorktreeCleaner> logger)
{
    public async Task CleanUpAsync(CleanUpInput input, CancellationToken cancellationToken)
    {
        IEnumerable<string> paths = input.WorktreePaths;
        if (input.WithGates)
            paths = paths.Append(data.IntegrationWorktree(GitNames.WorkId(input.ProjectId)));
        foreach (string path in paths.Distinct(StringComparer.Ordinal))
            await RemoveAsync(input.RepoPath, path, cancellationToken);
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
