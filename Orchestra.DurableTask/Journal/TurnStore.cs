using DurableTask.Core.History;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>Writes turns and activity results, each only while its lease holds.</summary>
internal static class TurnStore
{
    public static HandOver Commit(Session session, string me, TurnCommit turn)
    {
        if (session.Execute("UPDATE instances SET attempts = 0 WHERE id = ?1 AND owner = ?2 AND epoch = ?3", turn.InstanceId, me, turn.Epoch) == 0)
            throw new LeaseLostException($"The lease of instance '{turn.InstanceId}' has passed to another owner.");

        var handOver = new HandOver();
        foreach (long seq in turn.Consumed)
            session.Execute("DELETE FROM inbox WHERE seq = ?1", seq);
        foreach (int timer in turn.CancelledTimers)
            session.Execute("DELETE FROM inbox WHERE instance_id = ?1 AND task_id = ?2", turn.InstanceId, timer);
        if (turn.Status is null)
            return handOver;

        if (turn.Next is not null)
            ContinueAsNew(session, handOver, me, turn, turn.Next);
        else
            Advance(session, handOver, me, turn);
        foreach (StartRequest child in turn.Children)
            StartChild(session, handOver, me, child, turn.Now);
        foreach (Outgoing message in turn.Messages)
            InboxStore.Send(session, handOver, me, message.InstanceId, message.ExecutionId, message.Event);
        return handOver;
    }

    /// <summary>Stores an activity's result and forgets the activity; void if the instance has gone on without it.</summary>
    public static HandOver CompleteWork(Session session, string me, WorkItem item, JournalEvent result)
    {
        if (session.Execute("DELETE FROM work WHERE seq = ?1 AND owner = ?2", item.Seq, me) == 0)
            throw new LeaseLostException($"The lease of activity '{item.Name}' (#{item.TaskId}) of instance '{item.InstanceId}' is lost.");
        var handOver = new HandOver();
        InboxStore.Send(session, handOver, me, item.InstanceId, item.ExecutionId, result);
        return handOver;
    }

    private static void Advance(Session session, HandOver handOver, string me, TurnCommit turn)
    {
        // By action: what the history keeps for it already.
        Dictionary<int, long>? payloads = null;
        long? output = null;
        long seq = turn.HistoryStart;
        foreach (JournalEvent entry in turn.History)
        {
            JournalEvent stored = PayloadStore.Save(session, turn.InstanceId, entry);
            HistoryStore.Append(session, turn.InstanceId, seq++, stored);
            if (stored.Payload is not { } payload)
                continue;
            if (entry.Type == EventType.ExecutionCompleted)
                output = payload;
            else if (entry.Id >= 0)
                (payloads ??= [])[entry.Id] = payload;
        }

        SetCustomStatus(session, turn);
        if (turn.IsTerminal)
        {
            End(session, turn, output);
            return;
        }

        session.Execute("UPDATE instances SET status = ?2, updated_at = ?3 WHERE id = ?1", turn.InstanceId, (int)turn.Status!, turn.Now);
        foreach (JournalEvent activity in turn.Activities)
        {
            long? payload = payloads is not null && payloads.TryGetValue(activity.Id, out long kept) ? kept : null;
            long id = session.Insert(
                "INSERT INTO work (instance_id, execution_id, task_id, name, version, input, tags, owner, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                turn.InstanceId, turn.ExecutionId, activity.Id, activity.Name, activity.Version ?? "", payload is null ? activity.Data : null, JournalJson.Tags(activity.Tags), me, payload);
            handOver.Work.Add(new WorkItem(id, turn.InstanceId, turn.ExecutionId, activity.Id, activity.Name!, activity.Version ?? "", activity.Data) { Trace = turn.Trace });
        }

        foreach (JournalEvent timer in turn.Timers)
            AddTimer(session, handOver, me, turn, timer);
    }

    private static void End(Session session, TurnCommit turn, long? output)
    {
        session.Execute("DELETE FROM inbox WHERE instance_id = ?1", turn.InstanceId);
        session.Execute("DELETE FROM work WHERE instance_id = ?1", turn.InstanceId);
        session.Execute(
            "UPDATE instances SET status = ?2, output = ?3, failure = ?4, updated_at = ?5, completed_at = ?5, owner = NULL, output_payload = ?6 WHERE id = ?1",
            turn.InstanceId, (int)turn.Status!, output is null ? turn.Output : null, turn.Failure?.ToJson(), turn.Now, output);
        PayloadStore.Sweep(session, turn.InstanceId);
    }

    private static void SetCustomStatus(Session session, TurnCommit turn)
    {
        if (turn.CustomStatus is not { Value: var text })
            return;
        session.Execute("DELETE FROM payloads WHERE id = (SELECT status_payload FROM instances WHERE id = ?1)", turn.InstanceId);
        long? payload = PayloadStore.Save(session, turn.InstanceId, text);
        session.Execute("UPDATE instances SET custom_status = ?2, status_payload = ?3 WHERE id = ?1", turn.InstanceId, payload is null ? text : null, payload);
    }

    private static void AddTimer(Session session, HandOver handOver, string me, TurnCommit turn, JournalEvent timer)
    {
        var fired = new JournalEvent { Type = EventType.TimerFired, Id = -1, At = timer.FireAt, TaskId = timer.Id, FireAt = timer.FireAt };
        InboxStore.Add(session, handOver, turn.InstanceId, turn.ExecutionId, fired, timer.FireAt, me);
    }

    private static void ContinueAsNew(Session session, HandOver handOver, string me, TurnCommit turn, StartRequest next)
    {
        session.Execute("DELETE FROM history WHERE instance_id = ?1", turn.InstanceId);
        session.Execute("DELETE FROM inbox WHERE instance_id = ?1 AND execution_id = ?2", turn.InstanceId, turn.ExecutionId);
        JournalEvent started = PayloadStore.Save(session, turn.InstanceId, Events.Started(next, turn.Now));
        session.Execute(
            "UPDATE instances SET execution_id = ?2, version = ?3, input = ?4, status = ?5, updated_at = ?6, start_at = NULL, input_payload = ?7 WHERE id = ?1",
            turn.InstanceId, next.ExecutionId, next.Version, started.Payload is null ? next.Input : null, (int)OrchestrationRuntimeStatus.Running, turn.Now, started.Payload);
        SetCustomStatus(session, turn);
        InboxStore.Add(session, handOver, turn.InstanceId, next.ExecutionId, started, turn.Now, me);
        InboxStore.PutInFront(session, handOver, turn.InstanceId, turn.CarryOver, turn.Now, me);
        PayloadStore.Sweep(session, turn.InstanceId);
    }

    /// <summary>A finished child of the same id is replaced (that is how retries work); a running one makes the call fail.</summary>
    private static void StartChild(Session session, HandOver handOver, string me, StartRequest child, long now)
    {
        if (InboxStore.TryStart(session, handOver, me, child, now, status => !InboxStore.IsTerminal(status)))
            return;
        var failure = new Failure(
            "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException",
            $"An orchestration with the instance ID '{child.InstanceId}' already exists and is not finished.",
            NonRetriable: true);
        ParentLink parent = child.Parent!;
        InboxStore.Send(session, handOver, me, parent.InstanceId, parent.ExecutionId, Events.ChildFailed(parent.TaskId, now, failure));
    }
}
