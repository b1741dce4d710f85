using System.Numerics;

namespace Orchestra.Activities.Git;

/// <param name="Indexes">Branches in merge order.</param>
/// <param name="CleanCount">How many of them, from the first, have no conflict among each other.</param>
public sealed record OrderedBranches(IReadOnlyList<int> Indexes, int CleanCount);

/// <summary>The largest set of branches without a conflict among them first, then the rest, fewest conflicts first.</summary>
public static class MergeOrder
{
    /// <summary>Up to here the largest set is searched exactly (2^16 subsets take a millisecond).</summary>
    public const int ExactLimit = 16;

    /// <param name="conflicts">Symmetric; ties are settled by the order of the rows. A branch that conflicts with what is merged has itself as a neighbour.</param>
    /// <param name="hunks">Per branch the places in which it conflicts; settles ties in the rest.</param>
    public static OrderedBranches Of(bool[,] conflicts, IReadOnlyList<int>? hunks = null)
    {
        int count = conflicts.GetLength(0);
        var degrees = Enumerable.Range(0, count).Select(row => Enumerable.Range(0, count).Count(column => conflicts[row, column])).ToArray();
        HashSet<int> first = count <= ExactLimit ? Exact(conflicts, count) : Greedy(conflicts, degrees);
        IEnumerable<int> rest = Enumerable.Range(0, count).Where(index => !first.Contains(index))
            .OrderBy(index => degrees[index]).ThenBy(index => hunks?[index] ?? 0);
        return new OrderedBranches([.. Enumerable.Range(0, count).Where(first.Contains), .. rest], first.Count);
    }

    private static HashSet<int> Exact(bool[,] conflicts, int count)
    {
        // The first row is the highest bit, so that among sets of one size the larger number prefers earlier rows.
        var neighbours = new int[count];
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < count; column++)
            {
                if (conflicts[row, column])
                    neighbours[count - 1 - row] |= 1 << (count - 1 - column);
            }
        }

        var clean = new bool[1 << count];
        clean[0] = true;
        int best = 0;
        for (int set = 1; set < clean.Length; set++)
        {
            int lowest = BitOperations.TrailingZeroCount(set);
            int others = set & (set - 1);
            clean[set] = clean[others] && (neighbours[lowest] & set) == 0;
            if (clean[set] && BitOperations.PopCount((uint)set) >= BitOperations.PopCount((uint)best))
                best = set;
        }

        return [.. Enumerable.Range(0, count).Where(row => (best >> (count - 1 - row) & 1) == 1)];
    }

    private static HashSet<int> Greedy(bool[,] conflicts, int[] degrees)
    {
        var chosen = new HashSet<int>();
        foreach (int row in Enumerable.Range(0, degrees.Length).Where(index => !conflicts[index, index]).OrderBy(index => degrees[index]))
        {
            if (!chosen.Any(other => conflicts[row, other]))
                chosen.Add(row);
        }

        return chosen;
    }
}
