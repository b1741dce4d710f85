using System.Globalization;
using System.Text.Json.Nodes;
using DurableTask.Core.History;

namespace Orchestra.DurableTask.Hosting;

/// <summary>
/// History as the management API shows it: the turns' own events are left out, and what was scheduled is merged into
/// what became of it.
/// </summary>
internal static class HistoryPayload
{
    public static JsonArray Of(IEnumerable<HistoryEvent> history, bool showOutput)
    {
        var scheduled = new Dictionary<int, (string? Name, DateTime At)>();
        var items = new JsonArray();
        foreach (HistoryEvent item in history)
        {
            switch (item)
            {
                case OrchestratorStartedEvent or OrchestratorCompletedEvent:
                    continue;
                case TaskScheduledEvent task:
                    scheduled[task.EventId] = (task.Name, task.Timestamp);
                    continue;
                case SubOrchestrationInstanceCreatedEvent child:
                    scheduled[child.EventId] = (child.Name, child.Timestamp);
                    continue;
                case TimerCreatedEvent:
                    continue;
                default:
                    items.Add(Describe(item, showOutput, scheduled));
                    continue;
            }
        }

        return items;
    }

    private static JsonObject Describe(HistoryEvent item, bool showOutput, Dictionary<int, (string? Name, DateTime At)> scheduled)
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
            case TaskCompletedEvent done:
                Scheduled(done.TaskScheduledId);
                Result(done.Result);
                break;
            case TaskFailedEvent failed:
                Scheduled(failed.TaskScheduledId);
                json["Reason"] = failed.Reason ?? failed.FailureDetails?.ErrorMessage;
                break;
            case SubOrchestrationInstanceCompletedEvent done:
                Scheduled(done.TaskScheduledId);
                Result(done.Result);
                break;
            case SubOrchestrationInstanceFailedEvent failed:
                Scheduled(failed.TaskScheduledId);
                json["Reason"] = failed.Reason ?? failed.FailureDetails?.ErrorMessage;
                break;
            case TimerFiredEvent fired:
                json["FireAt"] = Time(fired.FireAt);
                break;
            case EventRaisedEvent raised:
                json["Name"] = raised.Name;
                if (showOutput)
                    json["Input"] = StatusPayload.Json(raised.Input);
                break;
        }

        return json;

        void Result(string? result)
        {
            if (showOutput)
                json["Result"] = StatusPayload.Json(result);
        }

        void Scheduled(int id)
        {
            if (!scheduled.TryGetValue(id, out (string? Name, DateTime At) task))
                return;
            json["FunctionName"] = task.Name;
            json["ScheduledTime"] = Time(task.At);
        }
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}
