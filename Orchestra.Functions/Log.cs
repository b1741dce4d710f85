using Microsoft.Extensions.Logging;

namespace Orchestra.Functions;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Project {ProjectId} ended: {Phase}{Reason}")]
    public static partial void ProjectEnded(ILogger logger, string projectId, string phase, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The answer to decision {DecisionId} could not be delivered yet")]
    public static partial void DeliveryFailed(ILogger logger, string decisionId, Exception exception);

    [LoggerMessage(21, LogLevel.Information, "Unlanding of project {ProjectId} ended: {Obstacle}")]
    public static partial void UnlandEnded(ILogger logger, string projectId, string? obstacle);

    [LoggerMessage(22, LogLevel.Information, "Pruning {Kind} {Name} of {Repository} at {Commit}, stored since {Since}")]
    public static partial void Pruning(ILogger logger, string kind, string name, string? repository, string? commit, DateTimeOffset since);

    [LoggerMessage(23, LogLevel.Warning, "{Kind} {Name} could not be pruned")]
    public static partial void NotPruned(ILogger logger, string kind, string name, Exception exception);

    [LoggerMessage(24, LogLevel.Debug, "The work of project {ProjectId} could not be compared")]
    public static partial void NotLookedAt(ILogger logger, string projectId, Exception exception);

    [LoggerMessage(25, LogLevel.Warning, "Project {ProjectId} is {Phase}, but its orchestration is {State}: it is brought to an end")]
    public static partial void ProjectStranded(ILogger logger, string projectId, string phase, string state);

    [LoggerMessage(26, LogLevel.Warning, "Session {SessionId} is {Status}, but its orchestration is {State}: it is brought to an end")]
    public static partial void SessionStranded(ILogger logger, string sessionId, string status, string state);

    [LoggerMessage(27, LogLevel.Information, "Session {SessionId} ended: {Status} ({Reason})")]
    public static partial void SessionEnded(ILogger logger, string sessionId, string status, string reason);

    [LoggerMessage(28, LogLevel.Warning, "How {RunId} goes could not be told")]
    public static partial void FixNotTold(ILogger logger, string runId, Exception exception);

    [LoggerMessage(20, LogLevel.Information, "Cleaned {Kind} {Name}: {Reason}")]
    public static partial void LeftoverCleaned(ILogger logger, string kind, string name, string reason);

    [LoggerMessage(3, LogLevel.Debug, "A client of {Channel} is gone: {Reason}")]
    public static partial void SocketEnded(ILogger logger, string channel, string reason);

    [LoggerMessage(5, LogLevel.Error, "{Method} {Path} could not be written to the audit log")]
    public static partial void AuditFailed(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "Metrics and traces could not be told; it is tried again")]
    public static partial void TelemetryLate(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Output could not be recorded; it is tried again")]
    public static partial void OutputNotRecorded(ILogger logger, Exception exception);
}
