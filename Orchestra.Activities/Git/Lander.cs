using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Moves the target branch forward to the verified commit: never back, never by force, never over somebody's changes.</summary>
public sealed class Lander(GitPlumbing plumbing, Checkouts checkouts, CheckoutForwarder forwarder)
{
    private const string Reason = "agent-orchestra: land";

    // A target that moves between look and swap is looked at again; so often in a row means that something else is wrong.
    private const int MaxAttempts = 5;

    // Two of our own landings in one checkout would meet at its index.
    private readonly KeyedLock landings = new();

    public async Task<LandOutcome> LandAsync(LandInput input, CancellationToken cancellationToken)
    {
        using IDisposable turn = await landings.EnterAsync(Path.GetFullPath(input.RepoPath), cancellationToken);
        string target = GitNames.FullBranch(input.TargetBranch);
        GitNames.CommitId(input.Commit);
        for (int attempt = 1; ; attempt++)
        {
            string? head = await plumbing.ResolveAsync(input.RepoPath, target, cancellationToken);
            if (head is null)
                return Gone(input, target);
            if (await plumbing.IsAncestorAsync(input.RepoPath, input.Commit, head, cancellationToken))
                return new LandOutcome(LandingStatus.Landed, head, null);
            if (!await plumbing.IsAncestorAsync(input.RepoPath, head, input.Commit, cancellationToken))
                return new LandOutcome(LandingStatus.TargetMoved, head, null);
            if (attempt > MaxAttempts)
                return new LandOutcome(LandingStatus.Blocked, head, $"{GitNames.ShortBranch(target)} keeps moving; wait until it is quiet and approve the landing again.");

            (bool moved, string? obstacle) = await MoveAsync(input, target, head, cancellationToken);
            if (moved || await plumbing.ResolveAsync(input.RepoPath, target, cancellationToken) != head)
                continue;
            return new LandOutcome(LandingStatus.Blocked, head, obstacle);
        }
    }

    private async Task<(bool Moved, string? Obstacle)> MoveAsync(LandInput input, string target, string head, CancellationToken cancellationToken)
    {
        IReadOnlyList<Checkout> places = await checkouts.OfAsync(input.RepoPath, target, cancellationToken);
        if (places.Count == 1)
        {
            string? obstacle = await forwarder.ForwardAsync(places[0], input.Commit, cancellationToken);
            return (obstacle is null, obstacle);
        }

        if (places.Count > 1)
        {
            return (false, $"{GitNames.ShortBranch(target)} is checked out in several worktrees ({string.Join(", ", places.Select(place => place.Path))}); "
                + "switch all but one to another branch and approve the landing again.");
        }

        try
        {
            await plumbing.MoveRefAsync(input.RepoPath, target, head, input.Commit, Reason, cancellationToken);
            return (true, null);
        }
        catch (GitException problem)
        {
            return (false, $"{GitNames.ShortBranch(target)} could not be moved: {problem.Error}. Mend that and approve the landing again.");
        }
    }

    private static LandOutcome Gone(LandInput input, string target)
    {
        string name = GitNames.ShortBranch(target);
        return new LandOutcome(
            LandingStatus.Blocked, "", $"The branch {name} does not exist any more; bring it back, for example with 'git branch {name} {input.Commit}', and approve the landing again.");
    }
}
