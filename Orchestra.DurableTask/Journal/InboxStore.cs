using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>Writes messages and new instances, and tells what to hand over in memory.</summary>
internal static class InboxStore
{
    private const string Insert = "INSERT INTO inbox (instance_id, execution_id, task_id, visible_at, body, via, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

    /// <summary>Puts a message in the inbox of a live instance; false when it is unknown or has ended (the message is then void).</summary>
    public static bool Send(Session session, HandOver handOver, string? me, string instanceId, string? executionId, JournalEvent message)
    {
        var target = session.Query(
            "SELECT execution_id, status, owner FROM instances WHERE id = ?1",
            row => (Execution: row.GetString(0), Status: (OrchestrationRuntimeStatus)row.GetInt32(1), Owner: row.Text(2)),
            instanceId);
        if (target.Count == 0 || IsTerminal(target[0].Status) || (executionId is not null && executionId != target[0].Execution))
            return false;
        bool mine = me is not null && target[0].Owner == me;

        // It may have been another instance's message before; what it refers to is not this one's.
        if (message.Payload is not null)
            message = message with { Payload = null };
        Add(session, handOver, instanceId, executionId, message, message.At, mine ? me : null);
        return true;
    }

    /// <summary>Writes a message; via says to whom it is handed over now.</summary>
    public static void Add(Session session, HandOver handOver, string instanceId, string? executionId, JournalEvent message, long visibleAt, string? via)
    {
        message = PayloadStore.Save(session, instanceId, message);
        int? taskId = message.Type is global::DurableTask.Core.History.EventType.TimerFired ? message.TaskId : null;
        long seq = session.Insert(Insert, instanceId, executionId, taskId, visibleAt, message.ToJson(), via, message.Payload);
        if (via is null)
            handOver.Unowned = true;
        else
            handOver.Messages.Add(new Message(seq, instanceId, executionId, visibleAt, message));
    }

    /// <summary>Writes events that came before all that waits: numbers below zero and below any in use keep them in front.</summary>
    public static void PutInFront(Session session, HandOver handOver, string instanceId, List<JournalEvent> events, long now, string via)
    {
        if (events.Count == 0)
            return;
        long seq = Math.Min(0, (long)(session.Scalar("SELECT min(seq) FROM inbox") ?? 0L)) - events.Count;
        foreach (JournalEvent carried in events)
        {
            session.Execute("INSERT INTO inbox (seq, instance_id, visible_at, body, via, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", seq, instanceId, now, carried.ToJson(), via, carried.Payload);
            handOver.Messages.Add(new Message(seq++, instanceId, null, now, carried));
        }
    }

    /// <summary>
    /// Makes an instance, leased to this process if it works. An existing one is replaced unless its status is among the blocking
    /// ones. Its epoch is none that an earlier instance of this id had, even one that is purged, so that a turn of that one which is still running cannot commit.
    /// </summary>
    public static bool TryStart(Session session, HandOver handOver, string? me, StartRequest request, long now, Func<OrchestrationRuntimeStatus, bool> blocks)
    {
        long epoch = Random.Shared.NextInt64(1L << 62);
        var existing = session.Query("SELECT status, epoch FROM instances WHERE id = ?1", row => (Status: (OrchestrationRuntimeStatus)row.GetInt32(0), Epoch: row.GetInt64(1)), request.InstanceId);
        if (existing.Count > 0)
        {
            if (blocks(existing[0].Status))
                return false;
            epoch = existing[0].Epoch + 1;
            Delete(session, request.InstanceId);
        }

        JournalEvent started = PayloadStore.Save(session, request.InstanceId, Events.Started(request, now));
        session.Execute(
            """
            INSERT INTO instances (id, execution_id, name, version, status, input, tags, parent, created_at, updated_at, start_at, owner, epoch, input_payload)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13)
            """,
            request.InstanceId, request.ExecutionId, request.Name, request.Version, (int)OrchestrationRuntimeStatus.Pending, started.Payload is null ? request.Input : null,
            JournalJson.Tags(request.Tags), request.Parent?.ToJson(), now, request.StartAt == 0 ? (long?)null : request.StartAt, me, epoch, started.Payload);
        if (me is not null)
            handOver.Adopted.Add((request.InstanceId, epoch));
        Add(session, handOver, request.InstanceId, request.ExecutionId, started, Math.Max(now, request.StartAt), me);
        return true;
    }

    public static void Delete(Session session, string instanceId)
    {
        session.Execute("DELETE FROM history WHERE instance_id = ?1", instanceId);
        session.Execute("DELETE FROM inbox WHERE instance_id = ?1", instanceId);
        session.Execute("DELETE FROM work WHERE instance_id = ?1", instanceId);
        session.Execute("DELETE FROM payloads WHERE instance_id = ?1", instanceId);
        session.Execute("DELETE FROM instances WHERE id = ?1", instanceId);
    }

    public static bool IsTerminal(OrchestrationRuntimeStatus status)
        => status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
