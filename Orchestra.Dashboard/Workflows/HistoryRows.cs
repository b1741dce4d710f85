using Orchestra.Client;
using Orchestra.Dashboard.Components;

namespace Orchestra.Dashboard.Workflows;

/// <summary>A history as bars: what was scheduled until what came of it. Both hosts' forms are read; the genuine one leaves out ids, so timers are matched by when they fire.</summary>
public static class HistoryRows
{
    public static IReadOnlyList<TimelineRow> Of(WorkflowInstance instance)
    {
        var rows = new List<TimelineRow>();
        List<DateTime> fired = [.. instance.HistoryEvents.Where(e => e.EventType == "TimerFired").Select(e => e.FireAt ?? e.Timestamp)];
        foreach (WorkflowEvent item in instance.HistoryEvents)
        {
            if (RowOf(item, instance, fired) is { } row)
                rows.Add(row);
        }

        return [.. rows.OrderBy(r => r.Start)];
    }

    private static TimelineRow? RowOf(WorkflowEvent item, WorkflowInstance instance, List<DateTime> fired) => item.EventType switch
    {
        "TaskCompleted" => Bar(item, "activity", "completed"),
        "TaskFailed" => Bar(item, "activity", "failed"),
        "TaskScheduled" => Open(item, "activity", instance),
        "SubOrchestrationInstanceCompleted" => Bar(item, "orchestration", "completed"),
        "SubOrchestrationInstanceFailed" => Bar(item, "orchestration", "failed"),
        "SubOrchestrationInstanceCreated" => Open(item, "orchestration", instance),
        "TimerCreated" => Timer(item, instance, fired),
        "TimerFired" or "OrchestratorStarted" or "OrchestratorCompleted" => null,
        "EventRaised" => Mark(item, item.Name ?? "", "event raised"),
        "EventSent" => Mark(item, item.Name ?? "", "event sent"),
        "ExecutionStarted" => Mark(item, item.FunctionName ?? item.Name ?? "", "started"),
        "ExecutionCompleted" => Mark(item, item.OrchestrationStatus ?? "", "ended"),
        _ => Mark(item, item.EventType, ""),
    };

    private static TimelineRow Bar(WorkflowEvent item, string kind, string state) =>
        new(item.FunctionName ?? "", kind, item.ScheduledTime ?? item.Timestamp, item.Timestamp, state);

    private static TimelineRow Open(WorkflowEvent item, string kind, WorkflowInstance instance) => new(
        item.Name ?? item.FunctionName ?? "", kind, item.Timestamp, instance.IsFinal ? instance.LastUpdatedTime : null, instance.IsFinal ? "cancelled" : "running");

    private static TimelineRow Timer(WorkflowEvent item, WorkflowInstance instance, List<DateTime> fired)
    {
        DateTime at = item.FireAt ?? item.Timestamp;
        if (fired.Remove(at))
            return new("timer", "timer", item.Timestamp, at > item.Timestamp ? at : item.Timestamp, "completed");
        return instance.IsFinal
            ? new("timer", "timer", item.Timestamp, instance.LastUpdatedTime, "cancelled")
            : new("timer", "timer", item.Timestamp, null, "running");
    }

    private static TimelineRow Mark(WorkflowEvent item, string label, string kind) => new(label, kind, item.Timestamp, item.Timestamp, "mark");
}
