using DurableTask.Core.History;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>Takes a failed instance back to before its failures: what failed is forgotten and done again, what succeeded is kept.</summary>
internal static class RewindStore
{
    public static void Rewind(Session session, HandOver handOver, string? me, InstanceRow row, string reason, long now, ParentLink? newParent)
    {
        List<JournalEvent> history = HistoryStore.Read(session, row.Id);
        string execution = Guid.NewGuid().ToString("N");
        HashSet<int> failed = Unhandled(history);
        var lastTimers = history.Where(entry => entry.IsLastRetry && failed.Contains(entry.RetryOf - 1)).Select(entry => entry.Id).ToHashSet();
        var children = history.Where(entry => entry.Type == EventType.SubOrchestrationInstanceCreated && failed.Contains(entry.Id)).ToList();
        var rewindable = new List<(InstanceRow Child, ParentLink Link)>();
        foreach (JournalEvent created in children)
        {
            if (QueryStore.Find(session, created.InstanceId!) is { Status: OrchestrationRuntimeStatus.Failed } child)
                rewindable.Add((child, new ParentLink(row.Name, row.Id, execution, created.Id)));
        }

        // A child that is rewound goes on under its old call; any other failed call is made anew.
        var keptCalls = rewindable.Select(pair => pair.Link.TaskId).ToHashSet();
        List<JournalEvent> kept = [.. history
            .Where(entry => entry.Type switch
            {
                EventType.ExecutionCompleted => false,
                EventType.TaskFailed or EventType.SubOrchestrationInstanceFailed => !failed.Contains(entry.TaskId),
                EventType.TaskScheduled or EventType.SubOrchestrationInstanceCreated => !failed.Contains(entry.Id) || keptCalls.Contains(entry.Id),
                EventType.TimerCreated => !lastTimers.Contains(entry.Id),
                EventType.TimerFired => !lastTimers.Contains(entry.TaskId),
                _ => true,
            })
            .Select(entry => entry.Type == EventType.ExecutionStarted ? entry with { InstanceId = execution, Parent = newParent ?? entry.Parent } : entry)];

        session.Execute("DELETE FROM history WHERE instance_id = ?1", row.Id);
        session.Execute("DELETE FROM inbox WHERE instance_id = ?1", row.Id);
        session.Execute("DELETE FROM work WHERE instance_id = ?1", row.Id);
        long seq = 0;
        foreach (JournalEvent entry in kept)
            HistoryStore.Append(session, row.Id, seq++, entry);
        session.Execute(
            "UPDATE instances SET execution_id = ?2, status = ?3, output = NULL, output_payload = NULL, failure = NULL, completed_at = NULL, updated_at = ?4, owner = ?5, epoch = epoch + 1, attempts = 0, parent = coalesce(?6, parent) WHERE id = ?1",
            row.Id, execution, (int)OrchestrationRuntimeStatus.Running, now, me, newParent?.ToJson());
        if (me is not null)
            handOver.Adopted.Add((row.Id, row.Epoch + 1));
        var rewound = new JournalEvent { Type = EventType.ExecutionRewound, Id = -1, At = now, Reason = reason };
        InboxStore.Add(session, handOver, row.Id, execution, rewound, now, me);
        PayloadStore.Sweep(session, row.Id);
        foreach ((InstanceRow child, ParentLink link) in rewindable)
            Rewind(session, handOver, me, child, reason, now, link);
    }

    /// <summary>
    /// The failures that the code did not get over. One that was retried was dealt with; so, most likely, was one in whose turn
    /// the code went on to do something. If that leaves none, it was the last one.
    /// </summary>
    private static HashSet<int> Unhandled(List<JournalEvent> history)
    {
        var retried = history.Where(entry => entry.RetryOf > 0 && !entry.IsLastRetry).Select(entry => entry.RetryOf - 1).ToHashSet();
        var failures = new List<int>();
        var unhandled = new HashSet<int>();
        var thisTurn = new List<int>();
        bool acted = false;
        foreach (JournalEvent entry in history)
        {
            switch (entry.Type)
            {
                case EventType.OrchestratorStarted:
                    thisTurn.Clear();
                    acted = false;
                    break;
                case EventType.TaskFailed or EventType.SubOrchestrationInstanceFailed:
                    thisTurn.Add(entry.TaskId);
                    break;
                case EventType.TaskScheduled or EventType.TimerCreated or EventType.SubOrchestrationInstanceCreated or EventType.EventSent:
                    acted |= !entry.IsLastRetry;
                    break;
                case EventType.OrchestratorCompleted:
                    List<int> open = [.. thisTurn.Where(id => !retried.Contains(id))];
                    failures.AddRange(open);
                    if (!acted)
                        unhandled.UnionWith(open);
                    break;
            }
        }

        if (unhandled.Count == 0 && failures.Count > 0)
            unhandled.Add(failures[^1]);
        return unhandled;
    }
}
