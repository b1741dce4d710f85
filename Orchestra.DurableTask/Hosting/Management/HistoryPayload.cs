using System.Globalization;
using System.Text.Json.Nodes;
using DurableTask.Core.History;

namespace Orchestra.DurableTask.Hosting;

/// <summary>
/// History as the management API shows it: the turns' own events are left out, and what was scheduled is merged into
/// what became of it; what nothing came of yet stays as it is. An addition of ours: what became of a child names its instance, too.
/// </summary>
internal static class HistoryPayload
{
    public static JsonArray Of(IReadOnlyCollection<HistoryEvent> history, bool showInput, bool showOutput)
    {
        HashSet<int> done = [.. history.Select(DoneId).OfType<int>()];
        var scheduled = new Dictionary<int, (string? Name, DateTime At, string? Input, string? Child)>();
        var items = new JsonArray();
        foreach (HistoryEvent item in history)
        {
            if (item is OrchestratorStartedEvent or OrchestratorCompletedEvent)
                continue;
            if (item is TaskScheduledEvent task)
                scheduled[task.EventId] = (task.Name, task.Timestamp, task.Input, null);
            else if (item is SubOrchestrationInstanceCreatedEvent child)
                scheduled[child.EventId] = (child.Name, child.Timestamp, child.Input, child.InstanceId);
            if (item is not (TaskScheduledEvent or SubOrchestrationInstanceCreatedEvent) || !done.Contains(item.EventId))
                items.Add(Describe(item, showInput, showOutput, scheduled));
        }

        return items;
    }

    private static int? DoneId(HistoryEvent item) => item switch
    {
        TaskCompletedEvent done => done.TaskScheduledId,
        TaskFailedEvent failed => failed.TaskScheduledId,
        SubOrchestrationInstanceCompletedEvent done => done.TaskScheduledId,
        SubOrchestrationInstanceFailedEvent failed => failed.TaskScheduledId,
        _ => null,
    };

    private static JsonObject Describe(HistoryEvent item, bool showInput, bool showOutput, Dictionary<int, (string? Name, DateTime At, string? Input, string? Child)> scheduled)
    {
        var json = new JsonObject { ["EventType"] = item.EventType.ToString(), ["Timestamp"] = Time(item.Timestamp) };
        switch (item)
        {
            case ExecutionStartedEvent started:
                json["FunctionName"] = started.Name;
                break;
            case ExecutionCompletedEvent completed:
                json["OrchestrationStatus"] = completed.OrchestrationStatus.ToString();
                Result(completed.Result);
                break;
            case ExecutionTerminatedEvent terminated:
                json["Reason"] = StatusPayload.Json(terminated.Input);
                break;
            case ExecutionSuspendedEvent suspended:
                json["Reason"] = suspended.Reason;
                break;
            case ExecutionResumedEvent resumed:
                json["Reason"] = resumed.Reason;
                break;
            case TaskScheduledEvent task:
                json["Name"] = task.Name;
                Input(task.Input);
                break;
            case TaskCompletedEvent done:
                Scheduled(done.TaskScheduledId);
                Result(done.Result);
                break;
            case TaskFailedEvent failed:
                Scheduled(failed.TaskScheduledId);
                json["Reason"] = failed.Reason ?? failed.FailureDetails?.ErrorMessage;
                break;
            case SubOrchestrationInstanceCreatedEvent child:
                json["Name"] = child.Name;
                json["InstanceId"] = child.InstanceId;
                Input(child.Input);
                break;
            case SubOrchestrationInstanceCompletedEvent done:
                Scheduled(done.TaskScheduledId);
                Result(done.Result);
                break;
            case SubOrchestrationInstanceFailedEvent failed:
                Scheduled(failed.TaskScheduledId);
                json["Reason"] = failed.Reason ?? failed.FailureDetails?.ErrorMessage;
                break;
            case TimerCreatedEvent created:
                json["FireAt"] = Time(created.FireAt);
                break;
            case TimerFiredEvent fired:
                json["FireAt"] = Time(fired.FireAt);
                break;
            case EventRaisedEvent raised:
                json["Name"] = raised.Name;
                Input(raised.Input);
                break;
        }

        return json;

        // As the genuine API has it: inputs are texts, results are JSON inside JSON.
        void Input(string? input)
        {
            if (showInput)
                json["Input"] = input;
        }

        void Result(string? result)
        {
            if (showOutput)
                json["Result"] = StatusPayload.Json(result);
        }

        void Scheduled(int id)
        {
            if (!scheduled.TryGetValue(id, out (string? Name, DateTime At, string? Input, string? Child) task))
                return;
            json["FunctionName"] = task.Name;
            if (task.Child is not null)
                json["InstanceId"] = task.Child;
            json["ScheduledTime"] = Time(task.At);
            Input(task.Input);
        }
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}
