using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>Reads instances and histories.</summary>
internal static class QueryStore
{
    private const string Columns =
        "id, execution_id, name, version, status, input, output, custom_status, failure, tags, parent, created_at, updated_at, completed_at, start_at, owner, epoch, attempts";

    public static InstanceRow? Find(Session session, string instanceId)
        => session.Query($"SELECT {Columns} FROM instances WHERE id = ?1", Map, instanceId).FirstOrDefault();

    public static List<JournalEvent> History(Session session, string instanceId)
        => session.Query("SELECT body FROM history WHERE instance_id = ?1 ORDER BY seq", row => JournalEvent.Parse(row.Bytes(0)), instanceId);

    /// <summary>Instances in order of creation; the key of the last one of a page leads to the next page.</summary>
    public static List<InstanceRow> List(Session session, ListFilter filter)
    {
        string sql = $"SELECT {Columns} FROM instances WHERE created_at >= ?1 AND created_at <= ?2 AND (created_at > ?3 OR (created_at = ?3 AND id > ?4))";
        if (filter.Statuses is not null)
            sql += $" AND status IN ({string.Join(',', filter.Statuses.Select(status => (int)status))})";
        if (filter.CompletedFrom is { } from)
            sql += $" AND completed_at >= {from}";
        if (filter.CompletedTo is { } to)
            sql += $" AND completed_at <= {to}";
        sql += " AND substr(id, 1, length(?5)) = ?5 ORDER BY created_at, id LIMIT ?6";
        return session.Query(sql, Map, filter.CreatedFrom, filter.CreatedTo, filter.AfterCreated, filter.AfterId, filter.Prefix, filter.Limit);
    }

    public static List<string> Children(Session session, string instanceId)
        => session.Query(
            "SELECT id FROM instances WHERE parent IS NOT NULL AND json_extract(parent, '$.InstanceId') = ?1",
            row => row.GetString(0),
            instanceId);

    private static InstanceRow Map(Row row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), (OrchestrationRuntimeStatus)row.GetInt32(4))
    {
        Input = row.Text(5),
        Output = row.Text(6),
        CustomStatus = row.Text(7),
        Failure = row.Text(8),
        Tags = row.Text(9),
        Parent = row.Text(10),
        CreatedAt = row.GetInt64(11),
        UpdatedAt = row.GetInt64(12),
        CompletedAt = row.IsDBNull(13) ? null : row.GetInt64(13),
        StartAt = row.IsDBNull(14) ? null : row.GetInt64(14),
        Owner = row.Text(15),
        Epoch = row.GetInt64(16),
        Attempts = row.GetInt32(17),
    };
}

/// <summary>Which instances to list.</summary>
internal sealed record ListFilter
{
    public long CreatedFrom { get; init; }

    public long CreatedTo { get; init; } = long.MaxValue;

    public IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses { get; init; }

    public long? CompletedFrom { get; init; }

    public long? CompletedTo { get; init; }

    public string Prefix { get; init; } = "";

    public long AfterCreated { get; init; } = -1;

    public string AfterId { get; init; } = "";

    public int Limit { get; init; } = 100;
}
