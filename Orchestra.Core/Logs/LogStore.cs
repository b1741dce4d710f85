using System.Globalization;
using Orchestra.Core.Storage;

namespace Orchestra.Core.Logs;

/// <summary>A line of our own log, secrets masked.</summary>
/// <param name="Level">One of <see cref="LogLevels"/>.</param>
/// <param name="Source">Who logged it.</param>
public sealed record LogRecord(string Id, DateTime Timestamp, string Level, string Message, string Source);

public static class LogLevels
{
    public const string Debug = "debug";
    public const string Info = "info";
    public const string Warning = "warning";
    public const string Error = "error";
    public const string Critical = "critical";

    public static readonly IReadOnlyList<string> All = [Debug, Info, Warning, Error, Critical];
}

/// <summary>Our log, one partition per level: the last lines of a level cost the same whatever else was logged in between.</summary>
public sealed class LogStore(ITableStore tables)
{
    private const int BatchSize = 100;

    public async Task AddAsync(IReadOnlyList<LogRecord> lines, CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, LogRecord> level in lines.GroupBy(l => l.Level))
        {
            foreach (LogRecord[] batch in level.Chunk(BatchSize))
                await tables.WriteAsync([.. batch.Select(l => new TableWrite(Partition(l.Level), Row(l), Json.Write(l)))], cancellationToken);
        }
    }

    /// <summary>The newest first.</summary>
    /// <param name="level">Null: all levels.</param>
    public async Task<IReadOnlyList<LogRecord>> ListAsync(string? level, int limit, CancellationToken cancellationToken)
    {
        var rows = new List<TableRow>();
        foreach (string one in level is null ? LogLevels.All : [level])
            rows.AddRange(await tables.QueryAsync(Partition(one), limit: limit, descending: true, cancellationToken: cancellationToken));
        return [.. rows.OrderByDescending(r => r.Row, StringComparer.Ordinal).Take(limit).Select(r => Json.Read<LogRecord>(r.Json))];
    }

    /// <summary>Takes away what was logged before a moment.</summary>
    public async Task PruneAsync(DateTime before, CancellationToken cancellationToken)
    {
        string limit = Key(before);
        foreach (string partition in LogLevels.All.Select(Partition))
        {
            TableWrite[] old;
            do
            {
                IReadOnlyList<TableRow> rows = await tables.QueryAsync(partition, limit: BatchSize, cancellationToken: cancellationToken);
                old = [.. rows.TakeWhile(r => string.CompareOrdinal(r.Row, limit) < 0).Select(r => new TableWrite(r.Partition, r.Row, null))];
                if (old.Length > 0)
                    await tables.WriteAsync(old, cancellationToken);
            }
            while (old.Length == BatchSize);
        }
    }

    private static string Partition(string level) => $"logs/{level}";

    private static string Row(LogRecord line) => $"{Key(line.Timestamp)}/{line.Id}";

    private static string Key(DateTime at) => at.ToString("yyyyMMddHHmmssfffffff", CultureInfo.InvariantCulture);
}
