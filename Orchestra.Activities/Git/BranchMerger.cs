using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Merges a head into the integration branch in memory, always with a merge commit.</summary>
public sealed class BranchMerger(GitPlumbing plumbing, TrialMerger trial, ConflictHunks hunks)
{
    public async Task<MergeOutcome> MergeAsync(MergeBranchInput input, CancellationToken cancellationToken)
    {
        string ours = GitNames.CommitId(input.Ours);
        string theirs = GitNames.CommitId(input.Theirs);
        if (await plumbing.IsAncestorAsync(input.RepoPath, theirs, ours, cancellationToken))
            return new MergeOutcome(ours, []);

        TrialMerge merge = await trial.TryAsync(input.RepoPath, ours, theirs, null, cancellationToken);
        if (!merge.Clean)
            return new MergeOutcome(null, await ConflictsAsync(input.RepoPath, merge, cancellationToken));

        string commit = await plumbing.CommitTreeAsync(
            input.RepoPath, merge.Tree, [ours, theirs], input.Message, input.Date, cancellationToken);
        await plumbing.MoveRefAsync(input.RepoPath, input.IntegrationRef, ours, commit, "agent-orchestra: merge", cancellationToken);
        return new MergeOutcome(commit, []);
    }

    private async Task<IReadOnlyList<ConflictedFile>> ConflictsAsync(string repoPath, TrialMerge merge, CancellationToken cancellationToken)
    {
        IReadOnlyList<string?> found = await hunks.ReadAsync(repoPath, merge.Tree, merge.Paths, cancellationToken);

        // Without a marker (deleted here and changed there) git's own sentence says what the conflict is.
        return [.. merge.Paths.Zip(found, (path, text) => new ConflictedFile(path, text ?? merge.Messages.GetValueOrDefault(path) ?? ""))];
    }
}
