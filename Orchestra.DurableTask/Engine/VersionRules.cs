using Microsoft.DurableTask.Abstractions;
using static Microsoft.DurableTask.Worker.DurableTaskWorkerOptions;

namespace Orchestra.DurableTask.Engine;

/// <summary>Which instances a versioned worker takes.</summary>
internal static class VersionRules
{
    public static bool Fits(VersioningOptions versioning, string version) => versioning.MatchStrategy switch
    {
        VersionMatchStrategy.Strict => TaskOrchestrationVersioningUtils.CompareVersions(version, versioning.Version) == 0,
        VersionMatchStrategy.CurrentOrOlder => TaskOrchestrationVersioningUtils.CompareVersions(version, versioning.Version) <= 0,
        _ => true,
    };
}

/// <summary>Not this worker's to run; it waits for one that is.</summary>
internal sealed class VersionRejectedException(string message) : Exception(message);
