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
    private const int SupportedSchema = 2;
    private readonly SqliteConnection writer;
    private readonly string readerConnection;
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
            CheckVersion(path);
            Execute(writer, Schema());
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException)
        {
            writer?.Dispose();
            throw new IOException($"The state store '{path}' cannot be opened: {e.Message} Check that ORCHESTRA_DATA names a writable folder.", e);
        }

        settings.Mode = SqliteOpenMode.ReadOnly;
        readerConnection = settings.ToString();
    }

    public Task<TableRow?> GetAsync(string partition, string row, CancellationToken cancellationToken = default)
    {
        using SqliteConnection connection = OpenReader();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT json, etag FROM rows WHERE partition = $p AND row = $r";
        command.Parameters.AddWithValue("$p", partition);
        command.Parameters.AddWithValue("$r", row);
        using SqliteDataReader reader = command.ExecuteReader();
        return Task.FromResult(reader.Read()
            ? new TableRow(partition, row, reader.GetString(0), ETag(reader.GetInt64(1)))
            : null);
    }

    public Task<IReadOnlyList<TableRow>> QueryAsync(
        string partition, string? after = null, string? prefix = null, int limit = 1000, bool descending = false, int skip = 0,
        CancellationToken cancellationToken = default)
    {
        string? end = KeyRange.EndOfPrefix(prefix);
        using SqliteConnection connection = OpenReader();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            $"""
            SELECT CAST(row AS BLOB), json, etag FROM rows WHERE partition = $p
            {(after is null ? "" : descending ? "AND row < $a" : "AND row > $a")}
            {(string.IsNullOrEmpty(prefix) ? "" : "AND row >= $x")} {(end is null ? "" : "AND row < $y")}
            ORDER BY row {(descending ? "DESC" : "ASC")} LIMIT $l OFFSET $o
            """;
        command.Parameters.AddWithValue("$p", partition);
        command.Parameters.AddWithValue("$l", limit);
        command.Parameters.AddWithValue("$o", skip);
        if (after is not null)
            command.Parameters.AddWithValue("$a", after);
        if (!string.IsNullOrEmpty(prefix))
            command.Parameters.AddWithValue("$x", prefix);
        if (end is not null)
            command.Parameters.AddWithValue("$y", end);

        // A key may hold NUL, at which text would be read as ended.
        var rows = new List<TableRow>();
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
            rows.Add(new TableRow(partition, Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)), reader.GetString(1), ETag(reader.GetInt64(2))));
        return Task.FromResult<IReadOnlyList<TableRow>>(rows);
    }

    public Task<int> CountAsync(string partition, CancellationToken cancellationToken = default)
    {
        using SqliteConnection connection = OpenReader();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT rows FROM counts WHERE partition = $p";
        command.Parameters.AddWithValue("$p", partition);
        return Task.FromResult(Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture));
    }

    public Task<int> CountAsync(string partition, string from, string end, CancellationToken cancellationToken = default)
    {
        using SqliteConnection connection = OpenReader();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM rows WHERE partition = $p AND row >= $x AND row < $y";
        command.Parameters.AddWithValue("$p", partition);
        command.Parameters.AddWithValue("$x", from);
        command.Parameters.AddWithValue("$y", end);
        return Task.FromResult(Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture));
    }

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

    private SqliteConnection OpenReader()
    {
        var connection = new SqliteConnection(readerConnection);
        connection.Open();
        return connection;
    }

    private void CheckVersion(string path)
    {
        using SqliteCommand command = writer.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'meta'";
        if ((long)command.ExecuteScalar()! == 0)
            return;
        command.CommandText = "SELECT value FROM meta WHERE key = 'schema_version'";
        int version = int.Parse((string)command.ExecuteScalar()!, CultureInfo.InvariantCulture);
        if (version > SupportedSchema)
            throw new IOException($"The state store '{path}' has schema version {version}; this program knows {SupportedSchema}. Use the newer program.");
    }

    private static string Schema()
    {
        using Stream stream = typeof(SqliteTableStore).Assembly.GetManifestResourceStream("Orchestra.Storage.schema.sql")!;
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
