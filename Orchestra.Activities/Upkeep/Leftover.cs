namespace Orchestra.Activities.Upkeep;

/// <summary>Something of ours in a repository or in the data folder.</summary>
/// <param name="Kind">worktree, removed (a worktree whose deletion was cut short), branch or wip.</param>
/// <param name="Name">Full ref name, or the folder's name.</param>
/// <param name="OwnerId">The session or project that it was made for; null when the name tells none.</param>
/// <param name="RepoPath">Null when the repository is gone.</param>
public sealed record Leftover(string Kind, string Name, string? OwnerId, string? RepoPath, string? Path, string? Commit);
