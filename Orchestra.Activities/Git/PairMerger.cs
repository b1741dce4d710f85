using System.Text;
using Microsoft.Extensions.Logging;

namespace Orchestra.Activities.Git;

/// <summary>Tries many merges at once; what they write goes to an object folder that is thrown away.</summary>
public sealed class PairMerger(GitCli git, GitPlumbing plumbing, TrialMerger trial, BlobReader blobs, ILogger<PairMerger> logger)
{
    // Counting reads every conflicted file; a matrix that is full of conflicts is not worth it.
    private const int MaxFilesToCount = 2000;

    private readonly PairMemory memory = new();

    /// <summary>Per pair what conflicts, or null when the merge is clean. Which side is ours makes no difference.</summary>
    public async Task<IReadOnlyList<PairConflict?>> ConflictsAsync(
        string repoPath, IReadOnlyList<(string Ours, string Theirs)> pairs, CancellationToken cancellationToken)
    {
        if (pairs.Count == 0)
            return [];
        string common = await plumbing.CommonFolderAsync(repoPath, cancellationToken);
        List<(string, string)> sorted = [.. pairs.Select(pair => string.CompareOrdinal(pair.Ours, pair.Theirs) <= 0 ? pair : (pair.Theirs, pair.Ours))];
        var results = new Dictionary<(string, string), PairConflict?>();
        var unknown = new List<(string, string)>();
        foreach ((string, string) pair in sorted.Distinct())
        {
            if (memory.TryGet(common, pair, out PairConflict? conflict))
                results[pair] = conflict;
            else
                unknown.Add(pair);
        }

        if (unknown.Count > 0)
        {
            IReadOnlyList<PairConflict?> tried = await TryAsync(repoPath, common, unknown, cancellationToken);
            memory.Add(common, unknown, tried);
            foreach (((string, string) pair, PairConflict? conflict) in unknown.Zip(tried))
                results[pair] = conflict;
        }

        return [.. sorted.Select(pair => results[pair])];
    }

    private async Task<IReadOnlyList<PairConflict?>> TryAsync(
        string repoPath, string common, IReadOnlyList<(string Ours, string Theirs)> pairs, CancellationToken cancellationToken)
    {
        string objects = ScratchFolder.Create();
        try
        {
            var environment = new Dictionary<string, string>
            {
                ["GIT_OBJECT_DIRECTORY"] = objects,
                ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = Quoted(Path.Combine(common, "objects")),
            };
            IReadOnlyList<PairConflict?> conflicts = await BatchAsync(repoPath, pairs, environment, cancellationToken)
                ?? await SingleAsync(repoPath, pairs, environment, cancellationToken);
            return await CountAsync(repoPath, conflicts, environment, cancellationToken);
        }
        finally
        {
            FolderDeletion.TryDelete(objects, logger);
        }
    }

    private async Task<IReadOnlyList<PairConflict?>> CountAsync(
        string repoPath, IReadOnlyList<PairConflict?> conflicts, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        List<string> names = [.. conflicts.OfType<PairConflict>().SelectMany(conflict => conflict.Paths.Select(path => $"{conflict.Tree}:{path}"))];
        if (names.Count is 0 or > MaxFilesToCount)
            return conflicts;
        IReadOnlyList<ReadOnlyMemory<byte>?> contents = await blobs.ReadAsync(repoPath, names, environment, cancellationToken);
        int next = 0;
        return [.. conflicts.Select(conflict => conflict is null
            ? null
            : conflict with { Hunks = conflict.Paths.Sum(_ => contents[next++] is { } content ? ConflictHunks.Count(content.Span) : 1) })];
    }

    // One process for all pairs: a process start costs ten times as much as a small merge.
    private async Task<IReadOnlyList<PairConflict?>?> BatchAsync(
        string repoPath, IReadOnlyList<(string Ours, string Theirs)> pairs, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        string input = string.Concat(pairs.Select(pair => $"{pair.Ours} {pair.Theirs}\n"));
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, "merge-tree", "--stdin", "-z", "--name-only", "--no-messages")
            {
                Input = Encoding.ASCII.GetBytes(input),
                Environment = environment,
                ExitCodes = [0, 1, 128, 129],
            },
            cancellationToken);
        IReadOnlyList<PairConflict?>? conflicts = result.ExitCode == 0 ? Parse(result.Text, pairs.Count) : null;
        if (conflicts is null)
            GitLog.BatchFailed(logger, result.Error);
        return conflicts;
    }

    // Per merge: status (here 1 is clean, 0 conflict), tree, conflicted paths, an empty field.
    private static List<PairConflict?>? Parse(string output, int count)
    {
        string[] fields = output.Split('\0');
        var conflicts = new List<PairConflict?>(count);
        for (int at = 0; conflicts.Count < count;)
        {
            int end = at + 2 <= fields.Length ? Array.IndexOf(fields, "", at) : -1;
            if (end < at + 2 || fields[at] is not ("0" or "1") || !GitNames.IsObjectId(fields[at + 1]))
                return null;
            conflicts.Add(fields[at] == "1" ? null : new PairConflict(fields[at + 1], fields[(at + 2)..end]));
            at = end + 1;
        }

        return conflicts;
    }

    private async Task<IReadOnlyList<PairConflict?>> SingleAsync(
        string repoPath, IReadOnlyList<(string Ours, string Theirs)> pairs, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var conflicts = new PairConflict?[pairs.Count];
        await Parallel.ForAsync(0, pairs.Count, cancellationToken, async (index, token) =>
        {
            TrialMerge merge = await trial.TryAsync(repoPath, pairs[index].Ours, pairs[index].Theirs, environment, token);
            conflicts[index] = merge.Clean ? null : new PairConflict(merge.Tree, merge.Paths);
        });
        return conflicts;
    }

    // The variable is a list separated by colons; a quoted entry may contain one.
    private static string Quoted(string path) =>
        path.AsSpan().ContainsAny(Path.PathSeparator, '"')
            ? '"' + path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"'
            : path;
}
