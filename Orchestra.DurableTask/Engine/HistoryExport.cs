using DurableTask.Core;
using DurableTask.Core.History;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>Shows the journal's events in the shape of the public history.</summary>
internal static class HistoryExport
{
    public static HistoryEvent ToPublic(string instanceId, JournalEvent entry)
    {
        HistoryEvent shown = Convert(instanceId, entry);
        shown.Timestamp = new DateTime(entry.At, DateTimeKind.Utc);
        return shown;
    }

    private static HistoryEvent Convert(string instanceId, JournalEvent entry) => entry.Type switch
    {
        EventType.ExecutionStarted => new ExecutionStartedEvent(entry.Id)
        {
            Name = entry.Name,
            Version = entry.Version,
            Input = entry.Data,
            Tags = entry.Tags,
            OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId, ExecutionId = entry.InstanceId },
            ParentInstance = Parent(entry.Parent),
            ScheduledStartTime = entry.FireAt == 0 ? null : Time(entry.FireAt),
        },
        EventType.ExecutionCompleted => new ExecutionCompletedEvent(entry.Id)
        {
            OrchestrationStatus = (OrchestrationStatus)(int)entry.Status,
            Result = entry.Data,
            FailureDetails = Details(entry.Failure),
        },
        EventType.ExecutionTerminated => new ExecutionTerminatedEvent(entry.Id) { Input = entry.Data },
        EventType.ExecutionSuspended => new ExecutionSuspendedEvent(entry.Id) { Reason = entry.Reason },
        EventType.ExecutionResumed => new ExecutionResumedEvent(entry.Id) { Reason = entry.Reason },
        EventType.ExecutionRewound => new ExecutionRewoundEvent(entry.Id) { Reason = entry.Reason },

        // The public form of an activity's input is the list of its arguments.
        EventType.TaskScheduled => new TaskScheduledEvent(entry.Id) { Name = entry.Name, Version = entry.Version, Input = $"[{entry.Data ?? "null"}]", Tags = entry.Tags },
        EventType.TaskCompleted => new TaskCompletedEvent(entry.Id) { TaskScheduledId = entry.TaskId, Result = entry.Data },
        EventType.TaskFailed => new TaskFailedEvent(entry.Id)
        {
            TaskScheduledId = entry.TaskId,
            Reason = entry.Failure?.Message,
            Details = entry.Failure?.Stack,
            FailureDetails = Details(entry.Failure),
        },
        EventType.SubOrchestrationInstanceCreated => new SubOrchestrationInstanceCreatedEvent(entry.Id)
        {
            Name = entry.Name,
            Version = entry.Version,
            Input = entry.Data,
            InstanceId = entry.InstanceId,
            Tags = entry.Tags,
        },
        EventType.SubOrchestrationInstanceCompleted => new SubOrchestrationInstanceCompletedEvent(entry.Id) { TaskScheduledId = entry.TaskId, Result = entry.Data },
        EventType.SubOrchestrationInstanceFailed => new SubOrchestrationInstanceFailedEvent(entry.Id)
        {
            TaskScheduledId = entry.TaskId,
            Reason = entry.Failure?.Message,
            FailureDetails = Details(entry.Failure),
        },
        EventType.TimerCreated => new TimerCreatedEvent(entry.Id) { FireAt = Time(entry.FireAt) },
        EventType.TimerFired => new TimerFiredEvent(entry.Id) { TimerId = entry.TaskId, FireAt = Time(entry.FireAt) },
        EventType.EventSent => new EventSentEvent(entry.Id) { InstanceId = entry.InstanceId, Name = entry.Name, Input = entry.Data },
        EventType.EventRaised => new EventRaisedEvent(entry.Id) { Name = entry.Name, Input = entry.Data },
        EventType.OrchestratorStarted => new OrchestratorStartedEvent(entry.Id),
        EventType.OrchestratorCompleted => new OrchestratorCompletedEvent(entry.Id),
        _ => new GenericEvent(entry.Id) { Data = entry.Data },
    };

    private static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);

    private static ParentInstance? Parent(ParentLink? link) => link is null ? null : new ParentInstance
    {
        Name = link.Name,
        TaskScheduleId = link.TaskId,
        OrchestrationInstance = new OrchestrationInstance { InstanceId = link.InstanceId, ExecutionId = link.ExecutionId },
    };

    private static FailureDetails? Details(Failure? failure) => failure is null ? null : new FailureDetails(
        failure.Type,
        failure.Message,
        failure.Stack,
        Details(failure.Inner),
        failure.NonRetriable,
        failure.Properties?.ToDictionary(pair => pair.Key, pair => (object?)pair.Value));
}
