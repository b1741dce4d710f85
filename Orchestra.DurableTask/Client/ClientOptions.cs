using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Client;

/// <summary>Which instances to list.</summary>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    public const int DefaultPageSize = 100;
}

/// <summary>Which instances to purge.</summary>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How to purge.</summary>
public record PurgeInstanceOptions(bool Recursive = false);

/// <summary>What a purge removed.</summary>
public class PurgeResult
{
    public PurgeResult(int count)
        : this(count, null)
    {
    }

    public PurgeResult(int count, bool? isComplete)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        PurgedInstanceCount = count;
        IsComplete = isComplete;
    }

    public int PurgedInstanceCount { get; }

    public bool? IsComplete { get; }
}

/// <summary>How to terminate.</summary>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);

/// <summary>Settings of a client.</summary>
public class DurableTaskClientOptions
{
    private DataConverter dataConverter = JsonDataConverter.Default;

    public string DefaultVersion { get; set; } = string.Empty;

    public DataConverter DataConverter
    {
        get => dataConverter;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            dataConverter = value;
        }
    }

    public bool EnableEntitySupport { get; set; }

    internal void ApplyTo(DurableTaskClientOptions other)
    {
        other.DefaultVersion = DefaultVersion;
        other.DataConverter = DataConverter;
        other.EnableEntitySupport = EnableEntitySupport;
    }
}

/// <summary>Text with the converter that reads it.</summary>
public sealed class SerializedData(string data, DataConverter? converter = null)
{
    public string Value { get; } = data;

    public DataConverter Converter { get; } = converter ?? JsonDataConverter.Default;

    public T ReadAs<T>() => Converter.Deserialize<T>(Value)!;
}

/// <summary>Dedupe statuses by enum.</summary>
public static class StartOrchestrationOptionsExtensions
{
#pragma warning disable CS0618 // Canceled is among the valid ones.
    public static readonly IReadOnlyList<OrchestrationRuntimeStatus> ValidDedupeStatuses =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
        OrchestrationRuntimeStatus.Canceled,
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Suspended,
    ];
#pragma warning restore CS0618

    public static StartOrchestrationOptions WithDedupeStatuses(this StartOrchestrationOptions options, params OrchestrationRuntimeStatus[] dedupeStatuses)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(dedupeStatuses);
        return options with { DedupeStatuses = [.. dedupeStatuses.Select(status => status.ToString())] };
    }
}
