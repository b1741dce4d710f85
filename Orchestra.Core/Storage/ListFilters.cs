using System.Security.Cryptography;
using System.Text;

namespace Orchestra.Core.Storage;

/// <summary>Which projects are asked for; null asks for all.</summary>
public sealed record ProjectFilter(string? Phase, DateTime? Since)
{
    internal string Key => Phase is null ? ListIndex.All : $"phase={Phase}";

    /// <summary>The keys of all filters that a project fits.</summary>
    internal static IReadOnlyList<string> Of(ProjectStore.ProjectEntry entry) =>
        entry.Phase is null ? [ListIndex.All] : [ListIndex.All, new ProjectFilter(entry.Phase, null).Key];
}

/// <summary>Which sessions are asked for; null asks for all.</summary>
public sealed record SessionFilter(string? Team, string? Status, DateTime? Since)
{
    internal string Key => string.Join('&', new[] { Team is null ? null : $"team={Short(Team)}", Status is null ? null : $"status={Status}" }.OfType<string>());

    /// <summary>The keys of all filters that a session fits.</summary>
    internal static IReadOnlyList<string> Of(ProjectStore.IndexEntry entry) =>
        [.. new[] { (null, null), (entry.Team, null), (null, entry.Status), (entry.Team, entry.Status) }
            .Select(f => new SessionFilter(f.Item1, f.Item2, null).Key).Distinct(StringComparer.Ordinal)];

    // A team's name may be as long as a key, and have any characters; what separates parts of keys must not be among them.
    private static string Short(string team) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(team)), 0, 8);
}
