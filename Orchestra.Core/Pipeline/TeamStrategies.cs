namespace Orchestra.Core.Pipeline;

/// <summary>How the teammates of a team come to work.</summary>
public static class TeamStrategies
{
    /// <summary>One run with all roles in its prompt.</summary>
    public const string Single = "single";

    /// <summary>One run per teammate, one after the other in one worktree, each told what the former ones wrote.</summary>
    public const string Sequence = "sequence";

    /// <summary>One run per teammate, all at once, each in a worktree of its own whose changes are not taken: for reviewers and other roles that only read.</summary>
    public const string Parallel = "parallel";

    /// <summary>One run of the Claude Code CLI that has the teammates as its own agents.</summary>
    public const string Lead = "lead";

    public static readonly IReadOnlyList<string> All = [Sequence, Parallel, Single, Lead];
}
