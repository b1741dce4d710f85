using DurableTask.Core.History;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>Turns what an execution did in one turn into what is to be written.</summary>
internal static class TurnBuilder
{
    /// <summary>Runs one turn over the messages and says what to commit.</summary>
    public static TurnCommit Run(Execution execution, long epoch, IReadOnlyList<Message> messages, DateTime now)
    {
        // The clock of an instance never goes back, whatever the machine's does.
        if (now < execution.Now)
            now = execution.Now;
        List<JournalEvent> events = Accept(execution, messages, now.Ticks);
        var turnStart = new JournalEvent { Type = EventType.OrchestratorStarted, Id = -1, At = now.Ticks };
        execution.Advance([turnStart, .. events]);

        var commit = new TurnCommit
        {
            InstanceId = execution.InstanceId,
            ExecutionId = execution.ExecutionId,
            Epoch = epoch,
            Now = now.Ticks,
            Trace = execution.Start?.Trace,
            HistoryStart = execution.HistoryLength,
            CustomStatus = execution.CustomStatus,
        };
        foreach (Message message in messages)
        {
            if (message.Seq != 0)
                commit.Consumed.Add(message.Seq);
        }

        if (execution.Start is null && execution.Termination is null)
            return commit;

        commit.History.Add(turnStart);
        commit.History.AddRange(events);
        Emit(execution, commit);
        Finish(execution, commit);
        commit.History.Add(new JournalEvent { Type = EventType.OrchestratorCompleted, Id = -1, At = now.Ticks });
        return commit;
    }

    /// <summary>The start comes first whatever came before it; results for a former execution are void.</summary>
    private static List<JournalEvent> Accept(Execution execution, IReadOnlyList<Message> messages, long now)
    {
        var events = new List<JournalEvent>(messages.Count);
        Message? start = execution.Start is null ? messages.FirstOrDefault(message => message.Event.Type == EventType.ExecutionStarted) : null;
        if (start is not null)
            events.Add(start.Event with { At = now });
        string current = start?.Event.InstanceId ?? execution.ExecutionId;
        foreach (Message message in messages)
        {
            if (message.Event.Type is EventType.ExecutionStarted or EventType.GenericEvent)
                continue;
            if (message.ExecutionId is null || message.ExecutionId == current)
                events.Add(message.Event with { At = now });
        }

        return events;
    }

    /// <summary>While an instance is suspended, what its code has begun is held back.</summary>
    private static void Emit(Execution execution, TurnCommit commit)
    {
        commit.CancelledTimers.AddRange(execution.CancelledTimers);
        if (execution.Fault is not null || execution.HoldsActions)
            return;
        foreach (JournalEvent action in execution.NewActions)
        {
            commit.History.Add(action);
            switch (action.Type)
            {
                case EventType.TaskScheduled:
                    commit.Activities.Add(action);
                    break;
                case EventType.TimerCreated:
                    if (!execution.CancelledTimers.Contains(action.Id))
                        commit.Timers.Add(action);
                    break;
                case EventType.SubOrchestrationInstanceCreated:
                    commit.Children.Add(Child(execution, action));
                    break;
                case EventType.EventSent:
                    commit.Messages.Add(new Outgoing(action.InstanceId!, null, new JournalEvent
                    {
                        Type = EventType.EventRaised,
                        Id = -1,
                        At = commit.Now,
                        Name = action.Name,
                        Data = action.Data,
                    }));
                    break;
            }
        }
    }

    private static StartRequest Child(Execution execution, JournalEvent action) => new(
        action.InstanceId!,
        Guid.NewGuid().ToString("N"),
        action.Name!,
        action.Version ?? "",
        action.Data,
        action.Tags,
        new ParentLink(execution.Start!.Name!, execution.InstanceId, execution.ExecutionId, action.Id),
        0)
    {
        Trace = execution.Start.Trace,
    };

    private static void Finish(Execution execution, TurnCommit commit)
    {
        commit.Status = execution.IsSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running;
        if (!execution.IsFinished)
            return;

        if (execution.Termination is { } termination)
        {
            commit.Status = OrchestrationRuntimeStatus.Terminated;
            commit.Output = termination.Data;
            if (termination.Recursive)
                TerminateChildren(execution, commit, termination);
        }
        else if (execution.Fault is { } fault)
        {
            SetFailed(commit, fault);
        }
        else
        {
            Outcome result = execution.Result();
            if (result.Failure is not null)
            {
                SetFailed(commit, result.Failure);
            }
            else if (execution.Continuation is not null)
            {
                Continue(execution, commit);
                return;
            }
            else
            {
                commit.Status = OrchestrationRuntimeStatus.Completed;
                commit.Output = result.Data;
            }
        }

        AddCompletion(execution.Start?.Parent, execution.NextId(), commit);
    }

    /// <summary>Writes the end into the history and tells the parent.</summary>
    public static void AddCompletion(ParentLink? parent, int id, TurnCommit commit)
    {
        commit.History.Add(new JournalEvent
        {
            Type = EventType.ExecutionCompleted,
            Id = id,
            At = commit.Now,
            Status = commit.Status!.Value,
            Data = commit.Output,
            Failure = commit.Failure,
        });
        if (parent is null)
            return;
        bool completed = commit.Status == OrchestrationRuntimeStatus.Completed;
        commit.Messages.Add(new Outgoing(parent.InstanceId, parent.ExecutionId, new JournalEvent
        {
            Type = completed ? EventType.SubOrchestrationInstanceCompleted : EventType.SubOrchestrationInstanceFailed,
            Id = -1,
            At = commit.Now,
            TaskId = parent.TaskId,
            Data = completed ? commit.Output : null,
            Failure = completed ? null : commit.Failure ?? new Failure("Terminated", $"The orchestration '{commit.InstanceId}' was terminated."),
        }));
    }

    public static void SetFailed(TurnCommit commit, Failure failure)
    {
        commit.Status = OrchestrationRuntimeStatus.Failed;
        commit.Failure = failure;
        commit.Output = $"{failure.Type}: {failure.Message}";
    }

    private static void TerminateChildren(Execution execution, TurnCommit commit, JournalEvent termination)
    {
        foreach (OpenTask task in execution.OpenTasks)
        {
            if (task.ChildId is not null)
                commit.Messages.Add(new Outgoing(task.ChildId, null, termination with { At = commit.Now }));
        }
    }

    private static void Continue(Execution execution, TurnCommit commit)
    {
        JournalEvent start = execution.Start!;
        var options = execution.Continuation!;
        commit.Status = OrchestrationRuntimeStatus.Running;
        commit.Next = new StartRequest(
            execution.InstanceId,
            Guid.NewGuid().ToString("N"),
            start.Name!,
            options.NewVersion ?? start.Version ?? "",
            execution.Setup.Options.DataConverter.Serialize(options.NewInput),
            start.Tags,
            start.Parent,
            0)
        {
            Trace = start.Trace,
        };
        if (options.PreserveUnprocessedEvents)
            commit.CarryOver.AddRange(execution.Events.Unclaimed);
        commit.CarryOver.AddRange(execution.LateEvents);
    }
}
