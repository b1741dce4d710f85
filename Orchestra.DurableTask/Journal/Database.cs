using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Orchestra.DurableTask.Journal;

/// <summary>Opens the journal file, brings its schema up to date and lends connections for reading.</summary>
internal sealed class Database : IDisposable
{
    public const int SchemaVersion = 2;

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

    /// <summary>0: there is no journal in the file yet.</summary>
    public static int VersionOf(Session session)
        => session.Scalar("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'") is null
            ? 0
            : int.Parse((string)session.Scalar("SELECT value FROM meta WHERE key = 'schema'")!, CultureInfo.InvariantCulture);

    /// <summary>A new file gets the schema; one of an older version is led forward a version at a time, all of it or nothing.</summary>
    public static void Migrate(Session session)
    {
        session.Script("BEGIN IMMEDIATE");
        try
        {
            int version = VersionOf(session);
            if (version > SchemaVersion)
                throw new InvalidOperationException($"The journal has schema version {version}; this program knows versions up to {SchemaVersion}. Use a newer program.");
            if (version == 0)
                session.Script(ReadScript("schema"));
            else
                for (int next = version + 1; next <= SchemaVersion; next++)
                    session.Script(ReadScript($"migration-{next}"));
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

    private static string ReadScript(string name)
    {
        using Stream stream = typeof(Database).Assembly.GetManifestResourceStream($"Orchestra.DurableTask.{name}.sql")!;
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
