using System.Collections.Concurrent;

namespace Orchestra.Activities.Git;

/// <summary>
/// Runs the commands that read or write a repository's list of worktrees, one at a time per repository: git writes a new record in
/// several steps, and any other command that meets a half-written one dies ("failed to read .git/worktrees/x/commondir").
/// </summary>
public sealed class WorktreeRecords(GitCli git)
{
    // Other processes are not held back by our gate, so the race with them is run again.
    private const int MaxAttempts = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    public async Task<GitResult> RunAsync(GitCommand command, CancellationToken cancellationToken)
    {
        SemaphoreSlim gate = Gates.GetOrAdd(Path.GetFullPath(command.Directory), _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    return await git.RunAsync(command, cancellationToken);
                }
                catch (GitException problem) when (attempt < MaxAttempts && MetHalfWrittenRecord(problem))
                {
                    await Task.Delay(Pause, cancellationToken);
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private static bool MetHalfWrittenRecord(GitException problem) =>
        problem.Error.Contains("failed to read", StringComparison.Ordinal) && problem.Error.Contains("worktrees/", StringComparison.Ordinal);
}
