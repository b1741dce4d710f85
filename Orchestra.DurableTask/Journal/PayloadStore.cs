namespace Orchestra.DurableTask.Journal;

/// <summary>
/// Keeps long texts in a table of their own, so that the tables which every turn reads and writes stay small. A payload belongs to
/// one instance and goes with it; rows of that instance may share it.
/// </summary>
internal static class PayloadStore
{
    /// <summary>The longest text, in UTF-16 characters, that stays in its row: two pages of the file at most for usual text.</summary>
    public const int MaxInline = 8 * 1024;

    /// <summary>Every row that refers to a payload: instance_id, payload.</summary>
    public const string References = """
        SELECT instance_id, payload FROM history WHERE payload IS NOT NULL
        UNION ALL SELECT instance_id, payload FROM inbox WHERE payload IS NOT NULL
        UNION ALL SELECT instance_id, payload FROM work WHERE payload IS NOT NULL
        UNION ALL SELECT id, input_payload FROM instances WHERE input_payload IS NOT NULL
        UNION ALL SELECT id, output_payload FROM instances WHERE output_payload IS NOT NULL
        UNION ALL SELECT id, status_payload FROM instances WHERE status_payload IS NOT NULL
        """;

    /// <summary>Gives a long text a row of its own; null when it is short enough to stay where it is.</summary>
    public static long? Save(Session session, string instanceId, string? text)
        => text is { Length: > MaxInline } ? session.Insert("INSERT INTO payloads (instance_id, body) VALUES (?1, ?2)", instanceId, text) : null;

    /// <summary>The event with its payload put away, if it is long and not put away yet.</summary>
    public static JournalEvent Save(Session session, string instanceId, JournalEvent entry)
        => entry.Payload is null && Save(session, instanceId, entry.Data) is { } payload ? entry with { Payload = payload } : entry;

    /// <summary>null: it is gone, together with its instance.</summary>
    public static string? Load(Session session, string instanceId, long payload)
        => (string?)session.Scalar("SELECT body FROM payloads WHERE id = ?1 AND instance_id = ?2", payload, instanceId);

    public static Message Load(Session session, Message message) => message.Event is { Payload: { } payload, Data: null } entry
        ? message with { Event = entry with { Data = Load(session, message.InstanceId, payload) ?? throw Missing(message.InstanceId, payload) } }
        : message;

    /// <summary>Deletes what no row of the instance refers to any more.</summary>
    public static void Sweep(Session session, string instanceId) => session.Execute(
        $"DELETE FROM payloads WHERE instance_id = ?1 AND id NOT IN (SELECT payload FROM ({References}) WHERE instance_id = ?1)", instanceId);

    public static InvalidDataException Missing(string instanceId, long payload) => new($"The journal has lost payload {payload} of instance '{instanceId}'.");
}
