namespace Orchestra.Activities.Upkeep;

/// <summary>Something that is stored for a time only.</summary>
/// <param name="Kind">kept (a ref), wip (a ref), run (a folder) or output (a file).</param>
/// <param name="Name">Full ref name, the run's id, or the file's name.</param>
/// <param name="OwnerId">The session or project that it was made for; null when the name tells none.</param>
/// <param name="Since">When it got its present content; null when nothing tells.</param>
public sealed record Stored(string Kind, string Name, string? OwnerId, string? RepoPath, string? Commit, DateTimeOffset? Since);
