using System.Text.Json;
using Orchestra.Core;

namespace Orchestra.Bench;

/// <summary>Branches that were made in parallel from one base.</summary>
internal sealed record MergeSet(string Base, IReadOnlyList<string> Commits)
{
    /// <summary>Reads <c>[{"base": …, "commits": […]}]</c>.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static async Task<IReadOnlyList<MergeSet>> ReadAsync(string file)
    {
        try
        {
            List<MergeSet> sets = Json.Read<List<MergeSet>>(await File.ReadAllTextAsync(file));
            return sets.TrueForAll(set => set?.Base is not null && set.Commits is not null) ? sets : throw new JsonException("a set needs base and commits");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{file} is no list of {{\"base\": …, \"commits\": […]}}: {problem.Message}", problem);
        }
    }
}
