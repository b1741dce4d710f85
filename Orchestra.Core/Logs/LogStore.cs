using System.Globalization;
using Orchestra.Core.Storage;

namespace Orchestra.Core.Logs;

/// <summary>A line of our own log, secrets masked.</summary>
/// <param name="Level">One of <see cref="LogLevels"/>.</param>
/// <param name="Source">Who logged it.</param>
public sealed record LogRecord(string Id, DateTime Timestamp, string Level, string Message, string Source);

/// <summary>The levels, from the mildest on.</summary>
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
    private const int DigitsOfTime = 21;

    // Of each level, by one page with a text.
    private const int Looked = 10_000;

    public async Task AddAsync(IReadOnlyList<LogRecord> lines, CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, LogRecord> level in lines.GroupBy(l => l.Level))
        {
            foreach (LogRecord[] batch in level.Chunk(BatchSize))
                await tables.WriteAsync([.. batch.Select(l => new TableWrite(Partition(l.Level), Row(l), Json.Write(l)))], cancellationToken);
        }
    }

    /// <summary>The newest first. A page with a text looks through a bounded number of lines: it may hold few or none, and there may be more behind it.</summary>
    /// <param name="after">The <see cref="LogPage.Next"/> of the page before; null for the first.</param>
    public async Task<LogPage> ListAsync(LogFilter filter, int limit, string? after, CancellationToken cancellationToken)
    {
        int looked = filter.Text is null ? limit : Looked;
        var rows = new List<TableRow>();
        string floor = "";
        foreach (string level in filter.Levels)
        {
            IReadOnlyList<TableRow> some = await tables.QueryAsync(Partition(level), after, limit: looked, descending: true, cancellationToken: cancellationToken);
            rows.AddRange(some);
            // What this level has beyond was not seen, so that nothing beyond comes from the others either.
            if (some.Count == looked && !IsBefore(some[^1].Row, filter) && string.CompareOrdinal(some[^1].Row, floor) > 0)
                floor = some[^1].Row;
        }

        var lines = new List<LogRecord>();
        foreach (TableRow row in rows.Where(r => string.CompareOrdinal(r.Row, floor) >= 0).OrderByDescending(r => r.Row, StringComparer.Ordinal))
        {
            if (IsBefore(row.Row, filter))
                break;
            LogRecord line = Json.Read<LogRecord>(row.Json);
            if (filter.HasText(line.Message, line.Source))
                lines.Add(line);
            if (lines.Count == limit)
                return new LogPage(lines, row.Row);
        }

        return new LogPage(lines, floor.Length > 0 ? floor : null);
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

    private static bool IsBefore(string row, LogFilter filter) => filter.Since is { } since && string.CompareOrdinal(row, Key(since)) < 0;

    private static string Partition(string level) => $"logs/{level}";

    private static string Row(LogRecord line) => $"{Key(line.Timestamp)}/{line.Id}";

    /// <summary>Whether a text can be a <see cref="LogPage.Next"/>.</summary>
    public static bool IsPlace(string text) => text.Length is > DigitsOfTime and < 100 && text[DigitsOfTime] == '/' && text.All(char.IsAscii);

    private static string Key(DateTime at) => at.ToString("yyyyMMddHHmmssfffffff", CultureInfo.InvariantCulture);
}
