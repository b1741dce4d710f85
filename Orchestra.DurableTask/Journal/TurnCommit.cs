using DurableTask.Core.History;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>All that one turn of an instance changes; written at once or not at all.</summary>
internal sealed class TurnCommit
{
    public required string InstanceId { get; init; }

    public required string ExecutionId { get; init; }

    public required long Epoch { get; init; }

    public required long Now { get; init; }

    /// <summary>The trace that the instance belongs to.</summary>
    public string? Trace { get; init; }

    public List<long> Consumed { get; } = [];

    /// <summary>Where the new events go in the history.</summary>
    public long HistoryStart { get; set; }

    public List<JournalEvent> History { get; } = [];

    /// <summary>null: the instance's own data stay as they are (only messages were dropped).</summary>
    public OrchestrationRuntimeStatus? Status { get; set; }

    public string? Output { get; set; }

    public Failure? Failure { get; set; }

    /// <summary>null: unchanged; the text may be null inside.</summary>
    public Box<string?>? CustomStatus { get; set; }

    public List<JournalEvent> Activities { get; } = [];

    public List<JournalEvent> Timers { get; } = [];

    public List<int> CancelledTimers { get; } = [];

    public List<StartRequest> Children { get; } = [];

    public List<Outgoing> Messages { get; } = [];

    /// <summary>Continue-as-new: the execution that follows and the events it takes along.</summary>
    public StartRequest? Next { get; set; }

    public List<JournalEvent> CarryOver { get; } = [];

    public bool IsTerminal => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>A message to another instance; with an execution id it is for that execution only.</summary>
internal sealed record Outgoing(string InstanceId, string? ExecutionId, JournalEvent Event);

/// <summary>A value that may be null in a place where null means "none".</summary>
internal sealed record Box<T>(T Value);

/// <summary>What has to be handed over in memory after a commit.</summary>
internal sealed class HandOver
{
    public List<WorkItem> Work { get; } = [];

    public List<Message> Messages { get; } = [];

    /// <summary>Instances made and leased by this process, with their epoch.</summary>
    public List<(string InstanceId, long Epoch)> Adopted { get; } = [];

    /// <summary>Something was written that this process does not own: look for it (or another process will).</summary>
    public bool Unowned { get; set; }
}

/// <summary>Events built in one place, so that their numbering is uniform.</summary>
internal static class Events
{
    public static JournalEvent Started(StartRequest request, long at) => new()
    {
        Type = EventType.ExecutionStarted,
        Id = -1,
        At = at,
        Name = request.Name,
        Version = request.Version,
        Data = request.Input,
        InstanceId = request.ExecutionId,
        Tags = request.Tags,
        Parent = request.Parent,
        FireAt = request.StartAt,
        Trace = request.Trace,
    };

    public static JournalEvent ChildFailed(int taskId, long at, Failure failure) => new()
    {
        Type = EventType.SubOrchestrationInstanceFailed,
        Id = -1,
        At = at,
        TaskId = taskId,
        Failure = failure,
    };
}
