using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Finds out which branches get in each other's way and in which order most of them merge cleanly.</summary>
public sealed class MergePlanner(GitPlumbing plumbing, PairMerger pairs)
{
    public async Task<MergePlan> PlanAsync(PlanMergesInput input, CancellationToken cancellationToken)
    {
        IReadOnlyList<BranchHead> branches = input.Branches;
        IReadOnlyList<string>[] files = await FilesAsync(input, cancellationToken);
        var sets = files.Select(paths => new SharedPaths(paths)).ToList();

        // Branches without a common path have never been seen to conflict, so only the others are tried.
        var candidates = new List<(int A, int B)>();
        for (int a = 0; a < branches.Count; a++)
        {
            for (int b = a + 1; b < branches.Count; b++)
            {
                if (sets[a].Touches(sets[b]))
                    candidates.Add((a, b));
            }
        }

        // What is merged already is tried with every branch: it holds resolutions that no branch knows.
        if (input.Head is not null && input.Head != input.BaseCommit)
            candidates.AddRange(Enumerable.Range(0, branches.Count).Select(index => (index, index)));
        IReadOnlyList<PairConflict?> results = await pairs.ConflictsAsync(
            input.RepoPath,
            [.. candidates.Select(pair => (pair.A == pair.B ? GitNames.CommitId(input.Head!) : branches[pair.A].Commit, branches[pair.B].Commit))],
            cancellationToken);

        var matrix = new bool[branches.Count, branches.Count];
        var hunks = new int[branches.Count];
        var conflicts = new List<BranchConflict>();
        foreach (((int a, int b), PairConflict? conflict) in candidates.Zip(results))
        {
            if (conflict is null)
                continue;
            matrix[a, b] = matrix[b, a] = true;
            hunks[a] += conflict.Hunks ?? 0;
            hunks[b] += a == b ? 0 : conflict.Hunks ?? 0;
            conflicts.Add(new BranchConflict(branches[a].SessionId, a == b ? "" : branches[b].SessionId, conflict.Paths, conflict.Hunks));
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

    private async Task<IReadOnlyList<string>[]> FilesAsync(PlanMergesInput input, CancellationToken cancellationToken)
    {
        GitNames.CommitId(input.BaseCommit);
        var files = new IReadOnlyList<string>[input.Branches.Count];
        await Parallel.ForAsync(0, files.Length, cancellationToken, async (index, token) =>
            files[index] = await plumbing.ChangedPathsAsync(
                input.RepoPath, input.BaseCommit, GitNames.CommitId(input.Branches[index].Commit), token));
        return files;
    }

    /// <summary>Changed paths and their folders: a file on one side and a folder of the same name on the other conflict, too.</summary>
    private sealed class SharedPaths
    {
        private readonly HashSet<string> paths;
        private readonly HashSet<string> folders = new(StringComparer.Ordinal);

        public SharedPaths(IReadOnlyList<string> changed)
        {
            paths = new HashSet<string>(changed, StringComparer.Ordinal);
            foreach (string path in changed)
            {
                for (int slash = path.LastIndexOf('/'); slash > 0 && folders.Add(path[..slash]); slash = path.LastIndexOf('/', slash - 1))
                {
                }
            }
        }

        public bool Touches(SharedPaths other) =>
            paths.Overlaps(other.paths) || paths.Overlaps(other.folders) || folders.Overlaps(other.paths);
    }
}
