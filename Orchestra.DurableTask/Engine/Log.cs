using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Engine;

/// <summary>All that the engine logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Durable tasks run from {Journal} as owner {Owner}.")]
    public static partial void Started(ILogger logger, string journal, string owner);

    [LoggerMessage(2, LogLevel.Information, "Took over {Instances} unfinished instances and {Activities} activities.")]
    public static partial void TookOver(ILogger logger, int instances, int activities);

    [LoggerMessage(3, LogLevel.Warning, "Took the leases of {Owners} owners that are dead or did not renew them.")]
    public static partial void OwnersDied(ILogger logger, int owners);

    [LoggerMessage(4, LogLevel.Warning, "Another process took this one's leases; starting over as owner {Owner}.")]
    public static partial void LeasesLost(ILogger logger, string owner);

    [LoggerMessage(5, LogLevel.Debug, "A turn of instance {InstanceId} was dropped: its lease is lost.")]
    public static partial void TurnFenced(ILogger logger, string instanceId);

    [LoggerMessage(6, LogLevel.Error, "A turn of instance {InstanceId} could not be processed (attempt {Attempt}).")]
    public static partial void TurnFailed(ILogger logger, Exception error, string instanceId, int attempt);

    [LoggerMessage(7, LogLevel.Warning, "The result of activity {Name} (#{TaskId}) of instance {InstanceId} was dropped: its lease is lost.")]
    public static partial void ResultFenced(ILogger logger, string name, int taskId, string instanceId);

    [LoggerMessage(8, LogLevel.Error, "The result of activity {Name} (#{TaskId}) of instance {InstanceId} could not be stored.")]
    public static partial void ResultFailed(ILogger logger, Exception error, string name, int taskId, string instanceId);

    [LoggerMessage(9, LogLevel.Error, "The journal could not be looked after; trying again.")]
    public static partial void UpkeepFailed(ILogger logger, Exception error);

    [LoggerMessage(10, LogLevel.Information, "Durable tasks stopped.")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(11, LogLevel.Error, "Instance {InstanceId} was failed: {Reason}")]
    public static partial void Poisoned(ILogger logger, string instanceId, string reason);

    [LoggerMessage(13, LogLevel.Error, "Activity {Name} (#{TaskId}) of instance {InstanceId} cannot begin yet; trying again.")]
    public static partial void WorkDelayed(ILogger logger, Exception error, string name, int taskId, string instanceId);

    [LoggerMessage(12, LogLevel.Information, "Instance {InstanceId} is left to another worker: {Reason}")]
    public static partial void TurnRejected(ILogger logger, string instanceId, string reason);
}
