using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Removes a project's worktrees, the one for gates included; never a branch.</summary>
public sealed class WorktreeCleaner(Worktrees worktrees, DataFolder data)
{
    public async Task CleanUpAsync(CleanUpInput input, CancellationToken cancellationToken)
    {
        IEnumerable<string> paths = input.WorktreePaths.Append(data.IntegrationWorktree(GitNames.WorkId(input.ProjectId)));
        foreach (string path in paths.Distinct(StringComparer.Ordinal))
            await worktrees.RemoveAsync(input.RepoPath, path, cancellationToken);
    }
}
