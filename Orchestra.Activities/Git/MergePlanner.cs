using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Finds out which branches get in each other's way and in which order most of them merge cleanly.</summary>
public sealed class MergePlanner(GitPlumbing plumbing, PairMerger pairs)
{
    public async Task<MergePlan> PlanAsync(PlanMergesInput input, CancellationToken cancellationToken)
    {
        IReadOnlyList<BranchHead> branches = input.Branches;
        List<BranchHead> all = [.. branches, .. input.Merged ?? []];
        IReadOnlyList<IReadOnlyList<string>> files = await plumbing.ChangedPathsAsync(
            input.RepoPath, GitNames.CommitId(input.BaseCommit), [.. all.Select(branch => GitNames.CommitId(branch.Commit))], cancellationToken);
        List<(int A, int B)> candidates = Candidates([.. files.Select(paths => new ChangedPaths(paths))], branches.Count);
        IReadOnlyList<PairConflict?> results = await pairs.ConflictsAsync(
            input.RepoPath, [.. candidates.Select(pair => (all[pair.A].Commit, all[pair.B].Commit))], cancellationToken);

        var matrix = new bool[branches.Count, branches.Count];
        var hunks = new int[branches.Count];
        var conflicts = new List<BranchConflict>();
        var withMerged = new PairConflict?[branches.Count];
        foreach (((int a, int b), PairConflict? conflict) in candidates.Zip(results))
        {
            if (conflict is not null && b < branches.Count)
            {
                matrix[a, b] = matrix[b, a] = true;
                hunks[a] += conflict.Hunks ?? 0;
                hunks[b] += conflict.Hunks ?? 0;
                conflicts.Add(new BranchConflict(branches[a].SessionId, branches[b].SessionId, conflict.Paths, conflict.Hunks));
            }
            else if (conflict is not null)
            {
                withMerged[a] = withMerged[a]?.And(conflict) ?? conflict;
            }
        }

        await TryWithHeadAsync(input, files, withMerged, cancellationToken);
        foreach ((PairConflict? conflict, int index) in withMerged.Select((conflict, index) => (conflict, index)).Where(item => item.conflict is not null))
        {
            matrix[index, index] = true;
            hunks[index] += conflict!.Hunks ?? 0;
            conflicts.Add(new BranchConflict(branches[index].SessionId, "", conflict.Paths, conflict.Hunks));
        }

        OrderedBranches order = MergeOrder.Of(matrix, hunks);
        return new MergePlan(
            [.. order.Indexes.Select(index => branches[index].SessionId)],
            branches.ToDictionary(
                branch => branch.SessionId,
                branch => conflicts.Count(conflict => conflict.SessionA == branch.SessionId || conflict.SessionB == branch.SessionId)),
            branches.Zip(files).ToDictionary(pair => pair.First.SessionId, pair => pair.Second),
            conflicts,
            order.CleanCount);
    }

    /// <summary>Branches without a common path have never been seen to conflict, so only the others are tried: with each other and with the merged.</summary>
    private static List<(int A, int B)> Candidates(List<ChangedPaths> sets, int pending)
    {
        var candidates = new List<(int A, int B)>();
        for (int a = 0; a < pending; a++)
        {
            for (int b = a + 1; b < sets.Count; b++)
            {
                if (sets[a].Touches(sets[b]))
                    candidates.Add((a, b));
            }
        }

        return candidates;
    }

    /// <summary>What the head holds besides the merged branches, resolutions and fixes, is in no branch: only trying tells.</summary>
    private async Task TryWithHeadAsync(
        PlanMergesInput input, IReadOnlyList<IReadOnlyList<string>> files, PairConflict?[] withMerged, CancellationToken cancellationToken)
    {
        if (input.Head is null || input.Head == input.BaseCommit)
            return;
        ChangedPaths? touched = input.Touched is null ? null : new ChangedPaths(input.Touched);
        List<int> doubtful = [.. Enumerable.Range(0, withMerged.Length)
            .Where(index => withMerged[index] is null && (touched is null || touched.Touches(new ChangedPaths(files[index]))))];
        IReadOnlyList<PairConflict?> results = await pairs.ConflictsAsync(
            input.RepoPath, [.. doubtful.Select(index => (GitNames.CommitId(input.Head), input.Branches[index].Commit))], cancellationToken);
        foreach ((int index, PairConflict? conflict) in doubtful.Zip(results))
            withMerged[index] = conflict;
    }
}
