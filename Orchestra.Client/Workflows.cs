using System.Text.Json;

namespace Orchestra.Client;

// The durable runtime's HTTP management API, as the genuine one documents it; unknown members are ignored.

/// <summary>The states of an instance, as the API spells them.</summary>
public static class WorkflowStatus
{
    public const string Running = "Running";
    public const string Pending = "Pending";
    public const string Suspended = "Suspended";
    public const string ContinuedAsNew = "ContinuedAsNew";
    public const string Completed = "Completed";
    public const string Failed = "Failed";
    public const string Terminated = "Terminated";
    public const string Canceled = "Canceled";

    public static readonly IReadOnlyList<string> All = [Running, Pending, Suspended, ContinuedAsNew, Completed, Failed, Terminated, Canceled];

    public static bool IsFinal(string status) => status is Completed or Failed or Terminated or Canceled;
}

/// <summary>Which instances are asked for; null leaves a filter out.</summary>
/// <param name="From">Created at or after this; <paramref name="To"/>: at or before.</param>
public sealed record WorkflowQuery(IReadOnlyList<string>? Statuses = null, string? IdPrefix = null, DateTime? From = null, DateTime? To = null, int Top = 50);

/// <param name="Next">Where the next page begins; null on the last one.</param>
public sealed record WorkflowPage(IReadOnlyList<WorkflowInstance> Instances, string? Next);

public sealed record WorkflowInstance
{
    public string Name { get; init; } = "";
    public string InstanceId { get; init; } = "";
    public string RuntimeStatus { get; init; } = "";
    public JsonElement Input { get; init; }
    public JsonElement CustomStatus { get; init; }
    public JsonElement Output { get; init; }
    public DateTime CreatedTime { get; init; }
    public DateTime LastUpdatedTime { get; init; }
    public IReadOnlyList<WorkflowEvent> HistoryEvents { get; init; } = [];

    public bool IsFinal => WorkflowStatus.IsFinal(RuntimeStatus);
}

/// <summary>One event of a history; what an event does not have is null or undefined.</summary>
public sealed record WorkflowEvent
{
    public string EventType { get; init; } = "";
    public DateTime Timestamp { get; init; }
    public string? FunctionName { get; init; }
    public string? Name { get; init; }
    public string? InstanceId { get; init; }
    public DateTime? ScheduledTime { get; init; }
    public DateTime? FireAt { get; init; }
    public string? OrchestrationStatus { get; init; }
    public JsonElement Input { get; init; }
    public JsonElement Result { get; init; }
    public JsonElement Reason { get; init; }
}
