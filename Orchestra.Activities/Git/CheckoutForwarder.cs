using System.Diagnostics;

namespace Orchestra.Activities.Git;

/// <summary>Brings a checkout of the target along by a fast-forward that refuses over local changes.</summary>
public sealed class CheckoutForwarder(GitCli git)
{
    // A person's git may have much to write.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    /// <returns>Null when git fast-forwarded the checkout, otherwise what is in the way and what to do about it.</returns>
    public async Task<string?> ForwardAsync(Checkout checkout, string commit, CancellationToken cancellationToken)
    {
        if (checkout.GitFolder is null)
            return Blocked($"The worktree {checkout.Path} is missing; bring it back, or run 'git worktree prune' if it is gone for good");
        if (GitOperation.InProgress(checkout.GitFolder) is { } operation)
            return Blocked($"In {checkout.Path} {operation}");
        string indexLock = Path.Combine(checkout.GitFolder, "index.lock");
        if (!await IsFreeAsync(indexLock, cancellationToken))
            return Blocked($"Another git command is at work in {checkout.Path}; let it end, or delete {indexLock} if it was killed");

        GitResult result = await MergeAsync(checkout, commit, cancellationToken);
        if (result.ExitCode != 0 && result.Error.Contains("index.lock", StringComparison.Ordinal) && await IsFreeAsync(indexLock, cancellationToken))
            result = await MergeAsync(checkout, commit, cancellationToken);
        return result.ExitCode == 0 ? null : Blocked(Explain(checkout, result));
    }

    /// <summary>Other git commands hold the lock for moments; only one that stays is in the way.</summary>
    private static async Task<bool> IsFreeAsync(string indexLock, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (File.Exists(indexLock))
        {
            if (Stopwatch.GetElapsedTime(start) > LockPatience)
                return false;
            await look.WaitForNextTickAsync(cancellationToken);
        }

        return true;
    }

    private Task<GitResult> MergeAsync(Checkout checkout, string commit, CancellationToken cancellationToken) =>
        git.RunAsync(
            new GitCommand(
                checkout.Path, "merge", "--ff-only", "--no-overwrite-ignore", "--no-autostash", "--no-verify-signatures", "--no-squash", "--no-stat", "--quiet", commit)
            {
                ExitCodes = [0, 1, 2, 128],
                UsesUserConfig = true,
                Environment = new Dictionary<string, string> { ["GIT_REFLOG_ACTION"] = "agent-orchestra: land" },
                Timeout = TimeSpan.FromMinutes(30), // killing it would leave the user's checkout half-way
            },
            cancellationToken);

    private static string Explain(Checkout checkout, GitResult result)
    {
        // git lists the paths that are in the way one to a line, indented by a tab.
        List<string> paths = [.. result.Error.Split('\n').Where(line => line.StartsWith('\t')).Select(line => line.Trim())];
        return paths.Count > 0
            ? $"Local changes in {checkout.Path} would be overwritten: {string.Join(", ", paths)}. Commit, stash or move them away"
            : $"The checkout {checkout.Path} could not be brought along ({result.Error}). Mend that";
    }

    private static string Blocked(string what) => $"{what}, then approve the landing again.";
}
