using Microsoft.Extensions.Logging;

namespace Orchestra.Activities.Git;

internal static partial class GitLog
{
    [LoggerMessage(2001, LogLevel.Warning, "The folder {Path} could not be deleted and stays behind; delete it by hand")]
    public static partial void FolderNotDeleted(ILogger logger, string path, Exception exception);

    [LoggerMessage(2002, LogLevel.Warning, "{Path} is not a worktree of ours and was left alone")]
    public static partial void ForeignPath(ILogger logger, string path);

    [LoggerMessage(2003, LogLevel.Warning, "Removed the lock {Path} that a killed git left behind")]
    public static partial void StaleLock(ILogger logger, string path);

    [LoggerMessage(2004, LogLevel.Information, "Not taken from {Worktree}: {Paths}")]
    public static partial void LeftOut(ILogger logger, string worktree, string paths);

    [LoggerMessage(2005, LogLevel.Warning, "A batch of trial merges failed and is repeated one by one: {Error}")]
    public static partial void BatchFailed(ILogger logger, string error);

    [LoggerMessage(2007, LogLevel.Warning, "The repository still lists the worktree {Path}; 'git worktree prune' forgets it")]
    public static partial void NotForgotten(ILogger logger, string path, Exception exception);

    [LoggerMessage(2008, LogLevel.Warning, "The content of {Path} could not be kept, so the worktree stays")]
    public static partial void NotKept(ILogger logger, string path, Exception exception);

    [LoggerMessage(2009, LogLevel.Warning, "The worktree {Path} stays: {Reason}")]
    public static partial void WorktreeStays(ILogger logger, string path, string reason);

    [LoggerMessage(2006, LogLevel.Warning, "The half-made worktree {Path} is made anew")]
    public static partial void HalfMade(ILogger logger, string path);
}
