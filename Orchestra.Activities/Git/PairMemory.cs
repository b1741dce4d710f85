using System.Collections.Concurrent;

namespace Orchestra.Activities.Git;

/// <summary>
/// Remembers how pairs of commits merge, for as long as the process lives: commits do not change, and a plan is made anew after every surprise.
/// </summary>
internal sealed class PairMemory
{
    // A hundred branches have 4,950 pairs; what is forgotten is tried again.
    private const int Limit = 50_000;

    private readonly ConcurrentDictionary<(string Repository, string Ours, string Theirs), PairConflict?> known = new();

    public bool TryGet(string repository, (string Ours, string Theirs) pair, out PairConflict? conflict) =>
        known.TryGetValue((repository, pair.Ours, pair.Theirs), out conflict);

    public void Add(string repository, IReadOnlyList<(string Ours, string Theirs)> pairs, IReadOnlyList<PairConflict?> conflicts)
    {
        if (known.Count > Limit)
            known.Clear();
        foreach (((string ours, string theirs), PairConflict? conflict) in pairs.Zip(conflicts))
            known[(repository, ours, theirs)] = conflict;
    }
}
