using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>A message to an instance as it lies in the inbox.</summary>
internal sealed record Message(long Seq, string InstanceId, string? ExecutionId, long VisibleAt, JournalEvent Event);

/// <summary>An activity to run.</summary>
internal sealed record WorkItem(long Seq, string InstanceId, string ExecutionId, int TaskId, string Name, string Version, string? Input)
{
    public int Attempts { get; init; }

    /// <summary>Where a long input is kept; it may then be not loaded.</summary>
    public long? Payload { get; init; }

    /// <summary>The trace that its instance belongs to; not kept beyond the process.</summary>
    public string? Trace { get; init; }

    /// <summary>When it came to this process, as of the stopwatch.</summary>
    public long Since { get; } = System.Diagnostics.Stopwatch.GetTimestamp();

    /// <summary>Its former owner died, perhaps of it: count the attempt durably before running.</summary>
    public bool Suspect { get; init; }
}

/// <summary>An instance as clients see it, with its lease.</summary>
internal sealed record InstanceRow(string Id, string ExecutionId, string Name, string Version, OrchestrationRuntimeStatus Status)
{
    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public string? Failure { get; init; }

    public string? Tags { get; init; }

    public string? Parent { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public long? CompletedAt { get; init; }

    public long? StartAt { get; init; }

    public string? Owner { get; init; }

    public long Epoch { get; init; }

    public int Attempts { get; init; }

    public bool IsTerminal => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>A new instance.</summary>
internal sealed record StartRequest(string InstanceId, string ExecutionId, string Name, string Version, string? Input, Dictionary<string, string>? Tags, ParentLink? Parent, long StartAt)
{
    /// <summary>The W3C trace context in which it is started.</summary>
    public string? Trace { get; init; }
}

/// <summary>The lease was lost: what was about to be written must not be.</summary>
internal sealed class LeaseLostException(string message) : Exception(message);
