namespace Orchestra.Activities.Git;

/// <param name="Tree">The merge with markers; it lives only as long as the trial.</param>
/// <param name="Hunks">Places with markers; a file that conflicts without one counts once. Null when there were too many conflicts to look into.</param>
public sealed record PairConflict(string Tree, IReadOnlyList<string> Paths, int? Hunks = null)
{
    /// <summary>The conflicts of one branch with two others, as one.</summary>
    public PairConflict And(PairConflict other) => new(Tree, [.. Paths.Union(other.Paths)], Hunks + other.Hunks);
}
