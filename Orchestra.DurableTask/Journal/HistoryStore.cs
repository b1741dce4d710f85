using DurableTask.Core.History;

namespace Orchestra.DurableTask.Journal;

/// <summary>The events of instances, in order.</summary>
internal static class HistoryStore
{
    private const string Rows = "SELECT body, payload, NULL FROM history WHERE instance_id = ?1 ORDER BY seq";

    private const string Whole =
        "SELECT body, payload, (SELECT p.body FROM payloads p WHERE p.id = h.payload) FROM history h WHERE instance_id = ?1 ORDER BY seq";

    /// <summary>With all payloads.</summary>
    public static List<JournalEvent> Read(Session session, string instanceId) => session.Query(
        Whole,
        row => Map(row) is var entry && entry is { Payload: { } payload, Data: null } ? throw PayloadStore.Missing(instanceId, payload) : entry,
        instanceId);

    /// <summary>What code is replayed from: what it once handed out is not loaded, for it hands it out again.</summary>
    public static List<JournalEvent> ReadForReplay(Session session, string instanceId) => ReadRows(session, instanceId)
        .ConvertAll(entry => entry.Payload is { } payload && IsNeeded(entry)
            ? entry with { Data = PayloadStore.Load(session, instanceId, payload) ?? throw PayloadStore.Missing(instanceId, payload) }
            : entry);

    /// <summary>Without payloads.</summary>
    public static List<JournalEvent> ReadRows(Session session, string instanceId) => session.Query(Rows, Map, instanceId);

    public static void Append(Session session, string instanceId, long seq, JournalEvent entry)
        => session.Execute("INSERT INTO history (instance_id, seq, body, payload) VALUES (?1, ?2, ?3, ?4)", instanceId, seq, entry.ToJson(), entry.Payload);

    private static bool IsNeeded(JournalEvent entry) => entry.Type is not (EventType.TaskScheduled or EventType.SubOrchestrationInstanceCreated or EventType.EventSent);

    private static JournalEvent Map(Row row)
    {
        JournalEvent entry = JournalEvent.Parse(row.Bytes(0));
        return row.IsDBNull(1) ? entry : entry with { Payload = row.GetInt64(1), Data = row.Text(2) };
    }
}
