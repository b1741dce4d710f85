namespace Orchestra.Core.Pipeline;

/// <summary>One agent process in one worktree.</summary>
/// <param name="RunId">Names the run's folder (output, exit code); the session id, or the id of a fix or resolution run.</param>
/// <param name="ProjectId">Its cancel mark ends the run too; null for a single session.</param>
/// <param name="RestartFrom">The commit that the worktree goes back to when a crashed run must start over; its state is kept as a snapshot first.</param>
public sealed record AgentRun(
    string RunId, string? ProjectId, string RepoPath, string WorktreePath, string Prompt, AgentCommand Command, int TimeoutSeconds, string? RestartFrom);

/// <summary>How a run ended, by evidence.</summary>
public enum RunStatus
{
    Completed,
    Failed,
    Cancelled,
    TimedOut,
}

/// <param name="OutputTail">The last 4 KB of the combined output.</param>
public sealed record RunResult(RunStatus Status, int? ExitCode, string OutputTail, string? Error, DateTime StartedAt, DateTime CompletedAt);

/// <summary>A build or test command in the project's integration worktree, on exactly one commit.</summary>
/// <param name="Kind"><c>build</c> or <c>test</c>.</param>
public sealed record GateInput(string ProjectId, string RunId, string Kind, string RepoPath, string Commit, string Command, int TimeoutSeconds);
