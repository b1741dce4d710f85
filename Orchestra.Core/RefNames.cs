namespace Orchestra.Core;

/// <summary>Names of the refs of the git model.</summary>
public static class RefNames
{
    public static string TeamBranch(string sessionId) => $"refs/heads/team/{sessionId}";

    public static string Integration(string projectId) => $"refs/heads/orchestra/{projectId}";

    /// <summary>Snapshots of uncommitted work while an agent runs.</summary>
    public static string Wip(string sessionId) => $"refs/orchestra/wip/{sessionId}";

    /// <summary>What was discarded, skipped or cancelled, until retention ends.</summary>
    public static string Kept(string sessionId) => $"refs/orchestra/kept/{sessionId}";
}
