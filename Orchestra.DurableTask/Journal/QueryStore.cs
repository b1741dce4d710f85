using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>Reads instances and histories.</summary>
internal static class QueryStore
{
    private const string Columns =
        "id, execution_id, name, version, status, failure, tags, parent, created_at, updated_at, completed_at, start_at, owner, epoch, attempts";

    private const string NoData = ", NULL, NULL, NULL";

    private const string Data = """
        , coalesce(input, (SELECT body FROM payloads p WHERE p.id = input_payload)),
        coalesce(output, (SELECT body FROM payloads p WHERE p.id = output_payload)),
        coalesce(custom_status, (SELECT body FROM payloads p WHERE p.id = status_payload))
        """;

    private const string ById = $"SELECT {Columns}{NoData} FROM instances WHERE id = ?1";
    private const string ByIdWithData = $"SELECT {Columns}{Data} FROM instances WHERE id = ?1";

    /// <param name="data">With input, output and custom status, which may be long.</param>
    public static InstanceRow? Find(Session session, string instanceId, bool data = false)
        => session.Query(data ? ByIdWithData : ById, Map, instanceId).FirstOrDefault();

    /// <summary>Instances in order of creation, or the other way round; the key of the last one of a page leads to the next page.</summary>
    public static List<InstanceRow> List(Session session, ListFilter filter)
    {
        string sql = $"SELECT {Columns}{(filter.Data ? Data : NoData)} FROM instances WHERE created_at >= ?1 AND created_at <= ?2";
        if (filter.After is not null)
            sql += filter.NewestFirst ? " AND (created_at, id) < (?3, ?4)" : " AND (created_at, id) > (?3, ?4)";
        if (filter.Statuses is not null)
            sql += $" AND status IN ({string.Join(',', filter.Statuses.Select(status => (int)status))})";
        if (filter.CompletedFrom is { } from)
            sql += $" AND completed_at >= {from}";
        if (filter.CompletedTo is { } to)
            sql += $" AND completed_at <= {to}";
        sql += $" AND substr(id, 1, length(?5)) = ?5 ORDER BY {(filter.NewestFirst ? "created_at DESC, id DESC" : "created_at, id")} LIMIT ?6";
        return session.Query(sql, Map, filter.CreatedFrom, filter.CreatedTo, filter.After?.Created ?? 0, filter.After?.Id ?? "", filter.Prefix, filter.Limit);
    }

    public static List<string> Children(Session session, string instanceId)
        => session.Query(
            "SELECT id FROM instances WHERE parent IS NOT NULL AND json_extract(parent, '$.InstanceId') = ?1",
            row => row.GetString(0),
            instanceId);

    private static InstanceRow Map(Row row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), (OrchestrationRuntimeStatus)row.GetInt32(4))
    {
        Failure = row.Text(5),
        Tags = row.Text(6),
        Parent = row.Text(7),
        CreatedAt = row.GetInt64(8),
        UpdatedAt = row.GetInt64(9),
        CompletedAt = row.Number(10),
        StartAt = row.Number(11),
        Owner = row.Text(12),
        Epoch = row.GetInt64(13),
        Attempts = row.GetInt32(14),
        Input = row.Text(15),
        Output = row.Text(16),
        CustomStatus = row.Text(17),
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

    /// <summary>The last one of the page before.</summary>
    public (long Created, string Id)? After { get; init; }

    public bool NewestFirst { get; init; }

    public int Limit { get; init; } = 100;

    /// <summary>With input, output and custom status.</summary>
    public bool Data { get; init; }
}
