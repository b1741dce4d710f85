using DurableTask.Core.History;

namespace Orchestra.DurableTask.Journal;

/// <summary>Looks for damage: what SQLite can see of the file, and what must hold between the tables whatever happened.</summary>
internal static class JournalCheck
{
    private const string Terminal = "(1, 3, 5)";

    /// <summary>Each query finds rows that must not exist and names the instance or owner that they belong to.</summary>
    private static readonly (string Problem, string Sql)[] Rules =
    [
        ("the history has gaps", "SELECT instance_id FROM history GROUP BY instance_id HAVING min(seq) <> 0 OR max(seq) + 1 <> count(*)"),
        ("there is a history but no instance", "SELECT DISTINCT instance_id FROM history WHERE instance_id NOT IN (SELECT id FROM instances)"),
        ("there are messages but no instance", "SELECT DISTINCT instance_id FROM inbox WHERE instance_id NOT IN (SELECT id FROM instances)"),
        ("there is work but no instance", "SELECT DISTINCT instance_id FROM work WHERE instance_id NOT IN (SELECT id FROM instances)"),
        ("there are payloads but no instance", "SELECT DISTINCT instance_id FROM payloads WHERE instance_id NOT IN (SELECT id FROM instances)"),
        ("a payload is lost", $"SELECT DISTINCT instance_id FROM ({PayloadStore.References}) r WHERE payload NOT IN (SELECT id FROM payloads p WHERE p.instance_id = r.instance_id)"),
        ("messages wait for an instance that has ended", $"SELECT DISTINCT i.id FROM inbox m JOIN instances i ON i.id = m.instance_id WHERE i.status IN {Terminal}"),
        ("work waits for an instance that has ended", $"SELECT DISTINCT i.id FROM work w JOIN instances i ON i.id = w.instance_id WHERE i.status IN {Terminal}"),
        ("an instance that has ended is leased", $"SELECT id FROM instances WHERE owner IS NOT NULL AND status IN {Terminal}"),
        ("an instance is leased to an unknown owner", "SELECT id FROM instances WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM owners)"),
        ("work is leased to an unknown owner", "SELECT DISTINCT instance_id FROM work WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM owners)"),
        ("an instance that has not started has no start message",
            "SELECT id FROM instances WHERE status NOT IN " + Terminal + " AND id NOT IN (SELECT instance_id FROM history) AND id NOT IN (SELECT instance_id FROM inbox)"),
    ];

    /// <summary>One line for each problem; none when all is well.</summary>
    public static List<string> Run(Session session, CancellationToken cancellation = default)
    {
        List<string> problems = [.. session.Query("PRAGMA integrity_check", row => row.GetString(0)).Where(line => line != "ok").Select(line => $"SQLite: {line}")];
        foreach ((string problem, string sql) in Rules)
            problems.AddRange(session.Query(sql, row => row.GetString(0)).Select(name => $"{name}: {problem}"));
        ILookup<string, int> children = Children(session);
        foreach ((string id, bool ended) in session.Query($"SELECT id, status IN {Terminal} FROM instances", row => (row.GetString(0), row.GetBoolean(1))))
        {
            cancellation.ThrowIfCancellationRequested();
            problems.AddRange(CheckHistory(session, id, ended, children).Select(problem => $"{id}: {problem}"));
        }

        return problems;
    }

    /// <summary>The actions that unfinished children will answer, by parent.</summary>
    private static ILookup<string, int> Children(Session session)
        => session.Query($"SELECT parent FROM instances WHERE parent IS NOT NULL AND status NOT IN {Terminal}", row => ParentLink.Parse(row.GetString(0))!)
            .ToLookup(link => link.InstanceId, link => link.TaskId);

    /// <summary>A history must be readable, answer nothing twice and, in an unfinished instance, wait for nothing that is lost.</summary>
    private static IEnumerable<string> CheckHistory(Session session, string id, bool ended, ILookup<string, int> children)
    {
        List<JournalEvent> history;
        try
        {
            history = HistoryStore.ReadRows(session, id);
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidDataException)
        {
            return [$"the history cannot be read: {error.Message}"];
        }

        var problems = new List<string>();
        var open = new Dictionary<int, JournalEvent>();
        foreach (JournalEvent entry in history)
        {
            if (entry.Type is EventType.TaskScheduled or EventType.SubOrchestrationInstanceCreated or EventType.TimerCreated)
            {
                if (!open.TryAdd(entry.Id, entry))
                    problems.Add($"action #{entry.Id} was scheduled twice");
            }
            else if (entry.Type is EventType.TaskCompleted or EventType.TaskFailed or EventType.SubOrchestrationInstanceCompleted or EventType.SubOrchestrationInstanceFailed or EventType.TimerFired
                && !open.Remove(entry.TaskId))
            {
                problems.Add($"action #{entry.TaskId} has an answer too many");
            }
        }

        if (ended)
        {
            if (history.Count > 0 && !history.Exists(static entry => entry.Type == EventType.ExecutionCompleted))
                problems.Add("the instance has ended but its history has not");
            return problems;
        }

        HashSet<int> known = [
            .. session.Query("SELECT task_id FROM work WHERE instance_id = ?1", row => row.GetInt32(0), id),
            .. session.Query("SELECT body FROM inbox WHERE instance_id = ?1", row => JournalEvent.Parse(row.Bytes(0)).TaskId, id),
            .. children[id]];
        problems.AddRange(open.Values
            .Where(action => action.Type != EventType.TimerCreated && !known.Contains(action.Id))
            .Select(action => $"the answer to {action.Type} #{action.Id} ({action.Name}) is lost"));
        return problems;
    }
}
