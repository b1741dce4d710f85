using DurableTask.Core.History;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>Compares what history says was scheduled with what the code schedules now.</summary>
internal static class ReplayChecker
{
    public const string ErrorType = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException";

    private const string Before = "A previous execution of this orchestration scheduled ";

    /// <summary>The failure, or null when the two agree.</summary>
    public static Failure? Check(JournalEvent past, JournalEvent? now)
    {
        string? detail = past.Type switch
        {
            EventType.TaskScheduled => Activity(past, now),
            EventType.TimerCreated => Timer(past, now),
            EventType.SubOrchestrationInstanceCreated => Child(past, now),
            _ => Sent(past, now),
        };
        return detail is null ? null : new Failure(
            ErrorType,
            "Non-Deterministic workflow detected: " + Before + detail + "Was a change made to the orchestrator code after this instance had already started running?");
    }

    private static string? Activity(JournalEvent past, JournalEvent? now)
    {
        if (now is null)
            return $"an activity task with sequence ID {past.Id} and name '{past.Name}' (version '{past.Version}'), but the current replay execution hasn't (yet?) scheduled this task. ";
        string start = $"an activity task with sequence number {past.Id} named '{past.Name}', but the current orchestration replay instead ";
        if (now.Type != past.Type)
            return start + $"produced a {ActionType(now)} action with this sequence number. ";
        return SameName(past, now) ? null : start + $"scheduled an activity task named '{now.Name}' with this sequence number.  ";
    }

    private static string? Timer(JournalEvent past, JournalEvent? now)
    {
        if (now is null)
            return $"a timer task with sequence number {past.Id} but the current replay execution hasn't (yet?) scheduled this task. ";
        return now.Type == past.Type
            ? null
            : $"a timer task with sequence number {past.Id} named but the current orchestration replay instead produced a {ActionType(now)} action with this sequence number. ";
    }

    private static string? Child(JournalEvent past, JournalEvent? now)
    {
        string start = $"a sub-orchestration task with sequence ID {past.Id} and name '{past.Name}' (version '{past.Version}', instance ID '{past.InstanceId}'), but the current ";
        if (now is null)
            return start + "replay execution hasn't (yet?) scheduled this task. ";
        if (now.Type != past.Type)
            return start + $"orchestration replay instead produced a {ActionType(now)} action at this sequence number. ";
        return SameName(past, now) ? null : start + $"orchestration replay instead scheduled a sub-orchestration task with name {now.Name} at this sequence number. ";
    }

    private static string? Sent(JournalEvent past, JournalEvent? now)
    {
        string start = $"a send event task with sequence ID {past.Id}, type '{past.Type}' name '{past.Name}', instance ID '{past.InstanceId}', but the current ";
        if (now is null)
            return start + "replay execution hasn't (yet?) scheduled this task. ";
        if (now.Type != past.Type)
            return start + $"orchestration replay instead produced a {ActionType(now)} action at this sequence number. ";
        return SameName(past, now) ? null : start + $"orchestration replay instead scheduled a send event task with name '{now.Name}' at this sequence number. ";
    }

    private static bool SameName(JournalEvent past, JournalEvent now) => string.Equals(past.Name, now.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The names of the reference's action types, as its messages show them.</summary>
    private static string ActionType(JournalEvent action) => action.Type switch
    {
        EventType.TaskScheduled => "ScheduleTaskOrchestratorAction",
        EventType.TimerCreated => "CreateTimerOrchestratorAction",
        EventType.SubOrchestrationInstanceCreated => "CreateSubOrchestrationAction",
        _ => "SendEventOrchestratorAction",
    };
}
