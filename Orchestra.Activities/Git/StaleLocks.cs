using Microsoft.Extensions.Logging;

namespace Orchestra.Activities.Git;

/// <summary>Removes the locks that a killed git leaves in our own worktrees; called only when the worktree's agent is gone.</summary>
public sealed class StaleLocks(ILogger<StaleLocks> logger)
{
    public void Remove(WorktreeFolder worktree, string? branch = null)
    {
        Remove(Path.Combine(worktree.Record, "index.lock"));
        Remove(Path.Combine(worktree.Record, "HEAD.lock"));
        if (branch is not null)
            Remove(Path.Combine(worktree.Common, branch + ".lock"));
    }

    private void Remove(string path)
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        GitLog.StaleLock(logger, path);
    }
}
