namespace Orchestra.Client;

/// <summary>A team of the configuration: <c>GET /api/teams/templates</c>.</summary>
/// <param name="Teammates">Their names.</param>
public sealed record TeamTemplateView(string Name, string? Description, int TeammateCount, IReadOnlyList<string> Teammates);

/// <summary>The answer of <c>GET /api/teams</c>.</summary>
public sealed record TeamSessionPage(IReadOnlyList<TeamSessionView> Sessions, int Total, int Limit, int Offset);

/// <summary>A session as the list of sessions has it.</summary>
/// <param name="ProjectId">Null for a session of its own.</param>
public sealed record TeamSessionView(
    string SessionId, string? ProjectId, string TeamName, string TaskDescription, string Status, DateTime? StartedAt,
    string? MergeResult = null, string? LastLine = null, string? Error = null, decimal? CostUsd = null, bool? CostEstimated = null)
{
    /// <summary>The task's first line; the rest is for the agent.</summary>
    public string Title => TaskDescription.TrimStart().Split('\n')[0].Trim();
}

/// <summary>The answer of <c>POST /api/teams/launch</c>.</summary>
public sealed record TeamLaunched(string SessionId);

/// <summary>The answer of <c>POST /api/teams/{id}/merge</c>.</summary>
/// <param name="WorktreeStays">Why the worktree was not removed; null when it is gone.</param>
public sealed record MergedView(string MergeCommit, string TargetBranch, string? WorktreeStays = null);

/// <summary>The answer of <c>POST /api/teams/{id}/discard</c>.</summary>
/// <param name="KeptRef">Where the work is; null when there was none.</param>
/// <param name="WorktreeStays">Why the worktree was not removed; null when it is gone.</param>
public sealed record DiscardedView(string? KeptRef, string? KeptCommit, string? WorktreeStays = null);
