using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Undoes a landing by one commit on top of the target; what came after the landing stays.</summary>
public sealed class LandingReverter(GitPlumbing plumbing, TrialMerger trial, ConflictHunks hunks)
{
    /// <summary>Makes the commit and the branch that it is verified on. A branch that is there is an earlier run's.</summary>
    public async Task<MergeOutcome> RevertAsync(RevertLandingInput input, CancellationToken cancellationToken)
    {
        if (await plumbing.ResolveAsync(input.RepoPath, input.Branch, cancellationToken) is { } made)
            return new MergeOutcome(made, []);
        MergeOutcome outcome = await TryAsync(input, cancellationToken);
        if (outcome.Commit is not null)
            await plumbing.MoveRefAsync(input.RepoPath, input.Branch, null, outcome.Commit, "agent-orchestra: unland", cancellationToken);
        return outcome;
    }

    /// <summary>Makes the commit only; no ref names it.</summary>
    public async Task<MergeOutcome> TryAsync(RevertLandingInput input, CancellationToken cancellationToken)
    {
        string landed = GitNames.CommitId(input.Landed);
        string? head = await plumbing.ResolveAsync(input.RepoPath, GitNames.FullBranch(input.TargetBranch), cancellationToken);
        if (head is null || !await plumbing.IsAncestorAsync(input.RepoPath, landed, head, cancellationToken))
            return new MergeOutcome(null, []);
        // The way back from the landed commit. With it as a commit of its own, an ordinary merge brings it into what the target is now.
        string back = await plumbing.CommitTreeAsync(
            input.RepoPath, GitNames.CommitId(input.LandedOn) + "^{tree}", [landed], input.Message, input.Date, cancellationToken);
        if (head == landed)
            return new MergeOutcome(back, []);
        TrialMerge merge = await trial.TryAsync(input.RepoPath, head, back, null, cancellationToken);
        if (merge.Clean)
            return new MergeOutcome(await plumbing.CommitTreeAsync(input.RepoPath, merge.Tree, [head], input.Message, input.Date, cancellationToken), []);
        IReadOnlyList<string?> found = await hunks.ReadAsync(input.RepoPath, merge.Tree, merge.Paths, cancellationToken);
        return new MergeOutcome(null, [.. merge.Paths.Zip(
            found, (path, text) => new ConflictedFile(path, text ?? merge.Messages.GetValueOrDefault(path) ?? ""))]);
    }
}
