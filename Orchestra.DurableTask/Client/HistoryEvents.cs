namespace DurableTask.Core.History;

/// <summary>The kinds of history events.</summary>
public enum EventType
{
    ExecutionStarted,
    ExecutionCompleted,
    ExecutionFailed,
    ExecutionTerminated,
    TaskScheduled,
    TaskCompleted,
    TaskFailed,
    SubOrchestrationInstanceCreated,
    SubOrchestrationInstanceCompleted,
    SubOrchestrationInstanceFailed,
    TimerCreated,
    TimerFired,
    OrchestratorStarted,
    OrchestratorCompleted,
    EventSent,
    EventRaised,
    ContinueAsNew,
    GenericEvent,
    HistoryState,
    ExecutionSuspended,
    ExecutionResumed,
    ExecutionRewound,
}

/// <summary>One entry of an orchestration's history.</summary>
public abstract class HistoryEvent(int eventId)
{
    public int EventId { get; } = eventId;

    public bool IsPlayed { get; set; }

    public DateTime Timestamp { get; set; } = DateTime.UtcNow;

    public abstract EventType EventType { get; }
}

/// <summary>The instance was started.</summary>
public class ExecutionStartedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.ExecutionStarted;

    public string? Name { get; set; }

    public string? Version { get; set; }

    public string? Input { get; set; }

    public OrchestrationInstance? OrchestrationInstance { get; set; }

    public ParentInstance? ParentInstance { get; set; }

    public IDictionary<string, string>? Tags { get; set; }

    public string? Correlation { get; set; }

    public string? ParentTraceContext { get; set; }

    public DateTime? ScheduledStartTime { get; set; }

    public int Generation { get; set; }

    public bool GenerateNewTrace { get; set; }
}

/// <summary>The instance came to an end.</summary>
public class ExecutionCompletedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.ExecutionCompleted;

    public OrchestrationStatus OrchestrationStatus { get; set; }

    public string? Result { get; set; }

    public FailureDetails? FailureDetails { get; set; }
}

/// <summary>The instance was terminated.</summary>
public class ExecutionTerminatedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.ExecutionTerminated;

    public string? Input { get; set; }
}

/// <summary>The instance was suspended.</summary>
public class ExecutionSuspendedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.ExecutionSuspended;

    public string? Reason { get; set; }
}

/// <summary>The instance was resumed.</summary>
public class ExecutionResumedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.ExecutionResumed;

    public string? Reason { get; set; }
}

/// <summary>The instance was rewound.</summary>
public class ExecutionRewoundEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.ExecutionRewound;

    public string? Reason { get; set; }
}

/// <summary>The instance started afresh.</summary>
public class ContinueAsNewEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.ContinueAsNew;

    public string? Result { get; set; }
}

/// <summary>An activity was scheduled.</summary>
public class TaskScheduledEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.TaskScheduled;

    public string? Name { get; set; }

    public string? Version { get; set; }

    public string? Input { get; set; }

    public string? ParentTraceContext { get; set; }

    public IDictionary<string, string>? Tags { get; set; }
}

/// <summary>An activity completed.</summary>
public class TaskCompletedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.TaskCompleted;

    public int TaskScheduledId { get; set; }

    public string? Result { get; set; }
}

/// <summary>An activity failed.</summary>
public class TaskFailedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.TaskFailed;

    public int TaskScheduledId { get; set; }

    public string? Reason { get; set; }

    public string? Details { get; set; }

    public FailureDetails? FailureDetails { get; set; }
}

/// <summary>A sub-orchestration was started.</summary>
public class SubOrchestrationInstanceCreatedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.SubOrchestrationInstanceCreated;

    public string? Name { get; set; }

    public string? Version { get; set; }

    public string? InstanceId { get; set; }

    public string? Input { get; set; }

    public string? ClientSpanId { get; set; }

    public IDictionary<string, string>? Tags { get; set; }
}

/// <summary>A sub-orchestration completed.</summary>
public class SubOrchestrationInstanceCompletedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.SubOrchestrationInstanceCompleted;

    public int TaskScheduledId { get; set; }

    public string? Result { get; set; }
}

/// <summary>A sub-orchestration failed.</summary>
public class SubOrchestrationInstanceFailedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.SubOrchestrationInstanceFailed;

    public int TaskScheduledId { get; set; }

    public string? Reason { get; set; }

    public string? Details { get; set; }

    public FailureDetails? FailureDetails { get; set; }
}

/// <summary>A timer was set.</summary>
public class TimerCreatedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.TimerCreated;

    public DateTime FireAt { get; set; }
}

/// <summary>A timer fired.</summary>
public class TimerFiredEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.TimerFired;

    public int TimerId { get; set; }

    public DateTime FireAt { get; set; }
}

/// <summary>An external event arrived.</summary>
public class EventRaisedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.EventRaised;

    public string? Name { get; set; }

    public string? Input { get; set; }

    public string? ParentTraceContext { get; set; }
}

/// <summary>An event was sent to another instance.</summary>
public class EventSentEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.EventSent;

    public string? InstanceId { get; set; }

    public string? Name { get; set; }

    public string? Input { get; set; }
}

/// <summary>A turn of the orchestrator began.</summary>
public class OrchestratorStartedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.OrchestratorStarted;
}

/// <summary>A turn of the orchestrator ended.</summary>
public class OrchestratorCompletedEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.OrchestratorCompleted;
}

/// <summary>Free-form data.</summary>
public class GenericEvent(int eventId) : HistoryEvent(eventId)
{
    public override EventType EventType => EventType.GenericEvent;

    public string? Data { get; set; }
}
