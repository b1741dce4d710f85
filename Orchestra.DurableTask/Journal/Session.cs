using Microsoft.Data.Sqlite;

namespace Orchestra.DurableTask.Journal;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Session(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    public SqliteConnection Connection => connection;

    /// <summary>Whether a transaction is open: SQLite ends it by itself when, for instance, the disk is full.</summary>
    public bool InTransaction => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0;

    /// <summary>
    /// Begins to write as soon as nobody else does. SQLite's own way of waiting sleeps for ever longer, up to 100 ms; between processes
    /// that commit every few milliseconds that is a long time.
    /// </summary>
    public void BeginImmediate(TimeSpan patience)
    {
        long start = Environment.TickCount64;
        while (true)
        {
            int code = SQLitePCL.raw.sqlite3_exec(connection.Handle, "BEGIN IMMEDIATE");
            if (code == SQLitePCL.raw.SQLITE_OK)
                return;
            if ((code & 0xFF) != SQLitePCL.raw.SQLITE_BUSY || Environment.TickCount64 - start > patience.TotalMilliseconds)
                SqliteException.ThrowExceptionForRC(code, connection.Handle);
            Thread.Sleep(1);
        }
    }

    public int Execute(string sql, params ReadOnlySpan<object?> args) => Bind(sql, args).ExecuteNonQuery();

    public long Insert(string sql, params ReadOnlySpan<object?> args)
    {
        Bind(sql, args).ExecuteNonQuery();
        return SQLitePCL.raw.sqlite3_last_insert_rowid(connection.Handle);
    }

    public object? Scalar(string sql, params ReadOnlySpan<object?> args) => Bind(sql, args).ExecuteScalar() is { } value and not DBNull ? value : null;

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> args)
    {
        var rows = new List<T>();
        using SqliteDataReader reader = Bind(sql, args).ExecuteReader();
        while (reader.Read())
            rows.Add(map(reader));
        return rows;
    }

    /// <summary>A statement that is not worth keeping, such as a script.</summary>
    public void Script(string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in prepared.Values)
            command.Dispose();
        connection.Dispose();
    }

    /// <summary>Parameters are named $1, $2, ... in the order given.</summary>
    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> args)
    {
        if (!prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 0; i < args.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture) });
            if (prepared.Count < 200)
                prepared.Add(sql, command);
        }

        for (int i = 0; i < args.Length; i++)
            command.Parameters[i].Value = args[i] ?? DBNull.Value;
        return command;
    }
}
