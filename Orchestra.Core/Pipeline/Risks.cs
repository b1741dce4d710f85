namespace Orchestra.Core.Pipeline;

/// <summary>Work that is not finished yet and conflicts already.</summary>
/// <param name="With">The other session; null: what the target branch has by now.</param>
/// <param name="Hunks">In how many places; null when that was not counted.</param>
/// <param name="Since">When it was first seen.</param>
public sealed record ProjectRisk(string SessionId, string? With, IReadOnlyList<string> Files, int? Hunks, DateTime Since)
{
    /// <summary>The same risk whenever it is seen.</summary>
    public bool IsSame(ProjectRisk other) => SessionId == other.SessionId && With == other.With && Files.SequenceEqual(other.Files);
}
