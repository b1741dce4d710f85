using Microsoft.Extensions.Logging;

namespace Orchestra.Activities.Git;

/// <summary>Removes worktrees that agents or people worked in, but none in which something is that no ref can hold.</summary>
public sealed class WorktreeRemover(Worktrees worktrees, WorktreeSnapshots snapshots, ILogger<WorktreeRemover> logger)
{
    /// <summary>What refs can hold must be under one already; branches stay.</summary>
    /// <returns>Why the worktree stays; null when it is gone.</returns>
    public async Task<string?> RemoveAsync(string repoPath, string path, CancellationToken cancellationToken)
    {
        string? objection = await ObjectionAsync(repoPath, path, cancellationToken);
        if (objection is null)
            await worktrees.RemoveAsync(repoPath, path, cancellationToken);
        else
            GitLog.WorktreeStays(logger, path, objection);
        return objection;
    }

    /// <summary>Why the worktree must stay; null when it may go. What its repository does not know as a worktree is not looked into.</summary>
    public async Task<string?> ObjectionAsync(string repoPath, string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path) || !Directory.Exists(repoPath))
            return null;
        try
        {
            if (await worktrees.FindAsync(repoPath, path, cancellationToken) is not { } worktree)
                return null;
            IReadOnlyList<string> beyond = await snapshots.BeyondRefsAsync(worktree, cancellationToken);
            return beyond.Count == 0 ? null : $"no ref can keep {string.Join(", ", beyond)}";
        }
        catch (GitException problem)
        {
            return $"what is in it could not be told ({problem.Message})";
        }
    }
}
