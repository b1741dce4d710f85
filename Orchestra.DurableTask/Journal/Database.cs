using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Orchestra.DurableTask.Journal;

/// <summary>Opens the journal file, brings its schema up to date and lends connections for reading.</summary>
internal sealed class Database : IDisposable
{
    private const int SchemaVersion = 1;

    /// <summary>Scripts that lead from version n (the index + 1) to n + 1.</summary>
    private static readonly string[] Migrations = [];

    private readonly string? path;
    private readonly string synchronous;
    private readonly ConcurrentBag<Session> readers = [];
    private volatile bool closed;

    public Database(string? path, string synchronous)
    {
        this.path = path;
        this.synchronous = synchronous;
        if (path is not null && Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        Main = Open();
        try
        {
            Migrate(Main);
            Main.WaitForLocks(TimeSpan.Zero);
        }
        catch (SqliteException error)
        {
            Main.Dispose();
            throw JournalException.From(error, path);
        }
        catch
        {
            Main.Dispose();
            throw;
        }
    }

    /// <summary>The connection of the writer, which waits for the lock in its own way; in memory it is the only one.</summary>
    public Session Main { get; }

    public bool InMemory => path is null;

    public T Read<T>(Func<Session, T> query)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (!readers.TryTake(out Session? session))
            session = Open();
        try
        {
            return query(session);
        }
        catch (SqliteException error)
        {
            throw JournalException.From(error, path);
        }
        finally
        {
            if (closed)
                session.Dispose();
            else
                readers.Add(session);
        }
    }

    public void Dispose()
    {
        closed = true;
        while (readers.TryTake(out Session? session))
            session.Dispose();
        Main.Dispose();
    }

    private static void Migrate(Session session)
    {
        session.Script("BEGIN IMMEDIATE");
        try
        {
            bool exists = session.Scalar("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'") is not null;
            int version = exists ? int.Parse((string)session.Scalar("SELECT value FROM meta WHERE key = 'schema'")!, CultureInfo.InvariantCulture) : 0;
            if (version > SchemaVersion)
                throw new InvalidOperationException($"The journal has schema version {version}; this program knows versions up to {SchemaVersion}. Use a newer program.");
            if (version == 0)
                session.Script(ReadSchema());
            else
                for (int from = version; from < SchemaVersion; from++)
                    session.Script(Migrations[from - 1]);
            session.Execute("INSERT INTO meta (key, value) VALUES ('schema', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value", SchemaVersion.ToString(CultureInfo.InvariantCulture));
            session.Script("COMMIT");
        }
        catch
        {
            if (session.InTransaction)
                session.Script("ROLLBACK");
            throw;
        }
    }

    private static string ReadSchema()
    {
        using Stream stream = typeof(Database).Assembly.GetManifestResourceStream("Orchestra.DurableTask.schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private Session Open()
    {
        Session? session = null;
        try
        {
            session = Session.Open(path ?? ":memory:");
            if (path is not null)
            {
                session.UseWriteAheadLog();
                session.Script($"PRAGMA synchronous = {synchronous}");
            }

            return session;
        }
        catch (SqliteException error)
        {
            session?.Dispose();
            throw JournalException.From(error, path);
        }
    }
}
