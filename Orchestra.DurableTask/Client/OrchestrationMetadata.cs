using System.Collections.Immutable;

namespace Microsoft.DurableTask.Client;

/// <summary>The states an instance can be in.</summary>
public enum OrchestrationRuntimeStatus
{
    Running = 0,
    Completed = 1,

    [Obsolete("Reported as Running.")]
    ContinuedAsNew = 2,
    Failed = 3,

    [Obsolete("Not in use.")]
    Canceled = 4,
    Terminated = 5,
    Pending = 6,
    Suspended = 7,
}

/// <summary>A snapshot of an instance.</summary>
public sealed class OrchestrationMetadata(string name, string instanceId)
{
    public string Name { get; } = name;

    public string InstanceId { get; } = instanceId;

    public DataConverter? DataConverter { get; init; }

    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUpdatedAt { get; init; }

    public string? SerializedInput { get; init; }

    public string? SerializedOutput { get; init; }

    public string? SerializedCustomStatus { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    public TaskFailureDetails? FailureDetails { get; init; }

    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    public bool IsCompleted => RuntimeStatus
        is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed
        or OrchestrationRuntimeStatus.Terminated;

    public T? ReadInputAs<T>() => Read<T>(SerializedInput);

    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput);

    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus);

    public override string ToString()
    {
        string text = $"[Name: '{Name}', ID: '{InstanceId}', RuntimeStatus: {RuntimeStatus}, CreatedAt: {CreatedAt:s}, LastUpdatedAt: {LastUpdatedAt:s}";
        return FailureDetails is null ? text + "]" : $"{text}, FailureDetails: {FailureDetails.ErrorType} - {FailureDetails.ErrorMessage}]";
    }

    private T? Read<T>(string? data) => DataConverter is null
        ? throw new InvalidOperationException("Inputs and outputs were not fetched: ask for them with getInputsAndOutputs or FetchInputsAndOutputs.")
        : DataConverter.Deserialize<T>(data);
}
