using Microsoft.Extensions.Logging;

namespace Orchestra.Activities.Processes;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "Run {RunId} started as process {Pid}: {Program}.")]
    public static partial void RunStarted(ILogger logger, string runId, int pid, string program);

    [LoggerMessage(3002, LogLevel.Information, "Run {RunId} still goes on as process {Pid} and is adopted.")]
    public static partial void RunAdopted(ILogger logger, string runId, int pid);

    [LoggerMessage(3003, LogLevel.Warning, "Run {RunId} was broken off without a result and is started again.")]
    public static partial void RunStartsOver(ILogger logger, string runId);

    [LoggerMessage(3004, LogLevel.Warning, "Run {RunId} is being ended: {Reason}.")]
    public static partial void RunStopped(ILogger logger, string runId, string reason);

    [LoggerMessage(3005, LogLevel.Error, "Processes of run {RunId} outlived SIGKILL: {Pids}.")]
    public static partial void ProcessesLeft(ILogger logger, string runId, string pids);

    [LoggerMessage(3006, LogLevel.Warning, "{File} cannot be read; the run is concluded anew.")]
    public static partial void ResultUnreadable(ILogger logger, Exception exception, string file);

    [LoggerMessage(3007, LogLevel.Warning, "How run {RunId} goes could not be reported.")]
    public static partial void ObserverFailed(ILogger logger, Exception exception, string runId);

    [LoggerMessage(3008, LogLevel.Warning, "Worktree {Worktree} was changed by the gate {RunId}: {Changes}.")]
    public static partial void GateChangedWorktree(ILogger logger, string worktree, string runId, string changes);

    [LoggerMessage(3010, LogLevel.Warning, "What is done beside run {RunId} failed and is tried again later.")]
    public static partial void ChoreFailed(ILogger logger, Exception exception, string runId);

    [LoggerMessage(3011, LogLevel.Warning, "What builds left in {Worktree} was not removed.")]
    public static partial void CachesNotCleaned(ILogger logger, Exception exception, string worktree);

    [LoggerMessage(3012, LogLevel.Warning, "Run {RunId} starts without a sandbox: {Reason}")]
    public static partial void NoSandbox(ILogger logger, string runId, string reason);

    [LoggerMessage(3013, LogLevel.Warning, "What run {RunId} printed could not be added to its output; it is tried again.")]
    public static partial void OutputNotWritten(ILogger logger, Exception exception, string runId);

    [LoggerMessage(3009, LogLevel.Warning, "Worktree {Worktree} is not usable and is made anew: {Reason}.")]
    public static partial void WorktreeRecreated(ILogger logger, string worktree, string reason);
}
