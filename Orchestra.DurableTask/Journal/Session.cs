using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orchestra.DurableTask.Journal;

/// <summary>
/// One connection with its prepared statements. Used by one thread at a time, so it has no lock of its own. It speaks to SQLite
/// directly: a turn is a dozen small statements, and ADO.NET would cost more than they do.
/// </summary>
internal sealed class Session : IDisposable
{
    private const int MaxPrepared = 200;

    /// <summary>How long to wait for the locks of others where nothing else is said.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, sqlite3_stmt> prepared = new(StringComparer.Ordinal);

    static Session() => Batteries_V2.Init();

    private Session(sqlite3 handle) => Handle = handle;

    public sqlite3 Handle { get; }

    /// <summary>Whether a transaction is open: SQLite ends it by itself when, for instance, the disk is full.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    public static Session Open(string path, SqliteOpenMode mode = SqliteOpenMode.ReadWriteCreate)
    {
        int flags = mode switch
        {
            SqliteOpenMode.ReadOnly => raw.SQLITE_OPEN_READONLY,
            SqliteOpenMode.ReadWrite => raw.SQLITE_OPEN_READWRITE,
            _ => raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE,
        };
        int code = raw.sqlite3_open_v2(path, out sqlite3 handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        var session = new Session(handle);
        try
        {
            session.Check(code);
            session.WaitForLocks(Patience);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>How long statements wait for the locks of others.</summary>
    public void WaitForLocks(TimeSpan patience) => raw.sqlite3_busy_timeout(Handle, (int)patience.TotalMilliseconds);

    /// <summary>
    /// Begins to write as soon as nobody else does. SQLite's own way of waiting sleeps for ever longer, up to 100 ms; between processes
    /// that commit every few milliseconds that is a long time.
    /// </summary>
    public void BeginImmediate(TimeSpan patience)
    {
        sqlite3_stmt begin = Prepare("BEGIN IMMEDIATE");
        Retry(patience, () =>
        {
            int code = raw.sqlite3_step(begin);
            raw.sqlite3_reset(begin);
            return code;
        });
    }

    /// <summary>A change of the journal mode is refused at once while another process makes it too, whatever SQLite was told about waiting.</summary>
    public void UseWriteAheadLog() => Retry(Patience, () => raw.sqlite3_exec(Handle, "PRAGMA journal_mode = WAL"));

    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<Arg> args)
    {
        sqlite3_stmt statement = Bind(sql, args);
        try
        {
            while (Step(statement))
            {
                // A pragma that answers.
            }

            return raw.sqlite3_changes(Handle);
        }
        finally
        {
            Release(sql, statement);
        }
    }

    /// <returns>The number of the new row.</returns>
    public long Insert(string sql, params ReadOnlySpan<Arg> args)
    {
        Execute(sql, args);
        return raw.sqlite3_last_insert_rowid(Handle);
    }

    /// <returns>The first column of the first row: a long, a string or null.</returns>
    public object? Scalar(string sql, params ReadOnlySpan<Arg> args)
        => Query(sql, static row => row.Value(0), args) is [var first, ..] ? first : null;

    public List<T> Query<T>(string sql, Func<Row, T> map, params ReadOnlySpan<Arg> args)
    {
        var rows = new List<T>();
        sqlite3_stmt statement = Bind(sql, args);
        try
        {
            while (Step(statement))
                rows.Add(map(new Row(statement)));
        }
        finally
        {
            Release(sql, statement);
        }

        return rows;
    }

    /// <summary>Statements that are not worth keeping.</summary>
    public void Script(string sql) => Check(raw.sqlite3_exec(Handle, sql));

    /// <summary>Copies everything into another database, as it is at one moment.</summary>
    public void CopyTo(Session target)
    {
        using sqlite3_backup backup = raw.sqlite3_backup_init(target.Handle, "main", Handle, "main");
        int code = backup.IsInvalid ? raw.sqlite3_errcode(target.Handle) : raw.sqlite3_backup_step(backup, -1);
        if (code != raw.SQLITE_DONE)
            target.Check(code);
    }

    public void Dispose()
    {
        foreach (sqlite3_stmt statement in prepared.Values)
            statement.Dispose();
        Handle.Dispose();
    }

    private bool Step(sqlite3_stmt statement)
    {
        int code = raw.sqlite3_step(statement);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
            return code == raw.SQLITE_ROW;
        Check(code);
        return false;
    }

    private void Retry(TimeSpan patience, Func<int> attempt)
    {
        long start = Environment.TickCount64;
        int code;
        while (((code = attempt()) & 0xFF) == raw.SQLITE_BUSY && Environment.TickCount64 - start <= patience.TotalMilliseconds)
            Thread.Sleep(1);
        Check(code);
    }

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(code, Handle);
    }

    /// <summary>Parameters are named ?1, ?2, ... in the order given; one may be used more than once.</summary>
    private sqlite3_stmt Bind(string sql, ReadOnlySpan<Arg> args)
    {
        sqlite3_stmt statement = Prepare(sql);
        for (int i = 0; i < args.Length; i++)
            Check(args[i].Bind(statement, i + 1));
        return statement;
    }

    private sqlite3_stmt Prepare(string sql)
    {
        if (prepared.TryGetValue(sql, out sqlite3_stmt? statement))
            return statement;
        Check(raw.sqlite3_prepare_v3(Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        if (prepared.Count < MaxPrepared)
            prepared.Add(sql, statement);
        return statement;
    }

    private void Release(string sql, sqlite3_stmt statement)
    {
        raw.sqlite3_reset(statement);
        raw.sqlite3_clear_bindings(statement);
        if (!prepared.ContainsKey(sql))
            statement.Dispose();
    }
}
