using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Orchestra.Core.Storage;

namespace Orchestra.Storage;

/// <summary>
/// The state store in one SQLite file. Several processes may share it: WAL, and writers wait for each other.
/// Keys compare by code point (SQLite's BINARY collation on UTF-8).
/// </summary>
public sealed class SqliteTableStore : ITableStore, IDisposable
{
    private const int SupportedSchema = 3;
    private readonly SqliteConnection writer;
    private readonly SqliteReaders readers;
    private readonly SemaphoreSlim writing = new(1, 1);

    /// <exception cref="IOException">The folder cannot be written or the file is not a database of ours; the message says what to do.</exception>
    public SqliteTableStore(string path)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 };
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            writer = new SqliteConnection(settings.ToString());
            writer.Open();
            Execute(writer, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
            Prepare(path);
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException)
        {
            writer?.Dispose();
            throw new IOException($"The state store '{path}' cannot be opened: {e.Message} Check that ORCHESTRA_DATA names a writable folder.", e);
        }
        catch (IOException)
        {
            writer?.Dispose();
            throw;
        }

        settings.Mode = SqliteOpenMode.ReadOnly;
        settings.Pooling = false;
        readers = new SqliteReaders(settings.ToString());
    }

    public Task<TableRow?> GetAsync(string partition, string row, CancellationToken cancellationToken = default) =>
        Task.FromResult(readers.Read(reader => Get(reader, partition, row)));

    public Task<IReadOnlyList<TableRow?>> GetAsync(IReadOnlyList<(string Partition, string Row)> keys, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<TableRow?>>(readers.Read(reader =>
        {
            // One lock on the file for all of them.
            using IDisposable moment = reader.OneMoment();
            return keys.Select(key => Get(reader, key.Partition, key.Row)).ToArray();
        }));

    public Task<IReadOnlyList<TableRow>> QueryAsync(
        string partition, string? after = null, string? prefix = null, int limit = 1000, bool descending = false, int skip = 0,
        CancellationToken cancellationToken = default) =>
        Task.FromResult(readers.Read(reader => Query(reader, partition, after, prefix, limit, descending, skip)));

    public Task<int> CountAsync(string partition, CancellationToken cancellationToken = default) =>
        Task.FromResult(Count("SELECT rows FROM counts WHERE partition = $p", ("$p", partition)));

    public Task<int> CountAsync(string partition, string from, string end, CancellationToken cancellationToken = default) =>
        Task.FromResult(Count("SELECT COUNT(*) FROM rows WHERE partition = $p AND row >= $x AND row < $y", ("$p", partition), ("$x", from), ("$y", end)));

    public async Task WriteAsync(IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken = default)
    {
        if (writes.Count == 0)
            return;
        TableLimits.CheckBatch(writes);

        await writing.WaitAsync(cancellationToken);
        try
        {
            using SqliteTransaction transaction = writer.BeginTransaction(deferred: false);
            foreach (TableWrite write in writes)
                Apply(write, transaction);
            transaction.Commit();
        }
        finally
        {
            writing.Release();
        }
    }

    public void Dispose()
    {
        readers.Dispose();
        writer.Dispose();
        writing.Dispose();
    }

    private void Apply(TableWrite write, SqliteTransaction transaction)
    {
        using SqliteCommand command = writer.CreateCommand();
        command.Transaction = transaction;
        command.Parameters.AddWithValue("$p", write.Partition);
        command.Parameters.AddWithValue("$r", write.Row);
        command.Parameters.AddWithValue("$j", (object?)write.Json ?? DBNull.Value);
        // Random, not counted: a row that was deleted and written again must not look unchanged.
        command.Parameters.AddWithValue("$n", Random.Shared.NextInt64(1, long.MaxValue));
        if (write.IfMatch is not null and not TableWrite.Absent)
            command.Parameters.AddWithValue("$e", long.TryParse(write.IfMatch, CultureInfo.InvariantCulture, out long etag) ? etag : 0);
        command.CommandText = (write.Json, write.IfMatch) switch
        {
            (null, null) => "DELETE FROM rows WHERE partition = $p AND row = $r",
            (null, _) => "DELETE FROM rows WHERE partition = $p AND row = $r AND etag = $e",
            (_, null) => "INSERT INTO rows VALUES ($p, $r, $j, $n) ON CONFLICT DO UPDATE SET json = $j, etag = $n",
            (_, TableWrite.Absent) => "INSERT INTO rows VALUES ($p, $r, $j, $n) ON CONFLICT DO NOTHING",
            _ => "UPDATE rows SET json = $j, etag = $n WHERE partition = $p AND row = $r AND etag = $e",
        };
        if (command.ExecuteNonQuery() == 0 && write.IfMatch is not null)
            throw new TableConflictException(write.Partition, write.Row);
    }

    private static TableRow? Get(SqliteReader reader, string partition, string row)
    {
        SqliteCommand command = reader.Statement("SELECT json, etag FROM rows WHERE partition = $p AND row = $r", ("$p", partition), ("$r", row));
        using SqliteDataReader data = command.ExecuteReader();
        return data.Read() ? new TableRow(partition, row, data.GetString(0), ETag(data.GetInt64(1))) : null;
    }

    private static IReadOnlyList<TableRow> Query(SqliteReader reader, string partition, string? after, string? prefix, int limit, bool descending, int skip)
    {
        string? end = KeyRange.EndOfPrefix(prefix);
        string sql =
            $"""
            SELECT CAST(row AS BLOB), json, etag FROM rows WHERE partition = $p
            {(after is null ? "" : descending ? "AND row < $a" : "AND row > $a")}
            {(string.IsNullOrEmpty(prefix) ? "" : "AND row >= $x")} {(end is null ? "" : "AND row < $y")}
            ORDER BY row {(descending ? "DESC" : "ASC")} LIMIT $l OFFSET $o
            """;
        List<(string Name, object Value)> parameters = [("$p", partition), ("$l", limit), ("$o", skip)];
        if (after is not null)
            parameters.Add(("$a", after));
        if (!string.IsNullOrEmpty(prefix))
            parameters.Add(("$x", prefix));
        if (end is not null)
            parameters.Add(("$y", end));

        // A key may hold NUL, at which text would be read as ended.
        var rows = new List<TableRow>();
        using SqliteDataReader data = reader.Statement(sql, [.. parameters]).ExecuteReader();
        while (data.Read())
            rows.Add(new TableRow(partition, Encoding.UTF8.GetString(data.GetFieldValue<byte[]>(0)), data.GetString(1), ETag(data.GetInt64(2))));
        return rows;
    }

    private int Count(string sql, params (string Name, object Value)[] parameters) =>
        readers.Read(reader => Convert.ToInt32(reader.Statement(sql, parameters).ExecuteScalar(), CultureInfo.InvariantCulture));

    // In one transaction: another process may open the file meanwhile, and this one end at any moment.
    private void Prepare(string path)
    {
        using SqliteTransaction transaction = writer.BeginTransaction(deferred: false);
        int version = Version();
        if (version > SupportedSchema)
            throw new IOException($"The state store '{path}' has schema version {version}; this program knows {SupportedSchema}. Use the newer program.");
        if (version is > 0 and < SupportedSchema)
            Execute(writer, Script("migration-3.sql"));
        Execute(writer, Script("schema.sql"));
        transaction.Commit();
    }

    // 0: a new file.
    private int Version()
    {
        using SqliteCommand command = writer.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'meta'";
        if ((long)command.ExecuteScalar()! == 0)
            return 0;
        command.CommandText = "SELECT value FROM meta WHERE key = 'schema_version'";
        return int.Parse((string)command.ExecuteScalar()!, CultureInfo.InvariantCulture);
    }

    private static string Script(string name)
    {
        using Stream stream = typeof(SqliteTableStore).Assembly.GetManifestResourceStream($"Orchestra.Storage.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string ETag(long version) => version.ToString(CultureInfo.InvariantCulture);
}
