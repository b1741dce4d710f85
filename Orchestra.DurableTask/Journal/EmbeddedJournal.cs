using Microsoft.Data.Sqlite;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask;

/// <summary>Care for a journal file, whether or not processes work on it meanwhile.</summary>
public static class EmbeddedJournal
{
    /// <summary>
    /// Copies the journal as it is at one moment, without holding up those who work on it. The target appears only when it is
    /// complete and on disk.
    /// </summary>
    /// <exception cref="IOException">The journal cannot be read, or the target exists or cannot be written.</exception>
    public static Task BackupAsync(string path, string target, CancellationToken cancellation = default) => Task.Run(
        () =>
        {
            if (File.Exists(target))
                throw new IOException($"'{target}' exists already; a backup replaces nothing.");
            string partial = target + ".partial";
            try
            {
                Copy(path, partial);
                cancellation.ThrowIfCancellationRequested();
                using (FileStream written = new(partial, FileMode.Open, FileAccess.ReadWrite))
                    written.Flush(flushToDisk: true);
                File.Move(partial, target);
            }
            catch (SqliteException error)
            {
                throw JournalException.From(error, path);
            }
            finally
            {
                File.Delete(partial);
            }
        },
        cancellation);

    /// <summary>Says what is wrong with the journal, one line for each problem; none when all is well.</summary>
    /// <exception cref="IOException">The journal cannot be opened.</exception>
    public static Task<IReadOnlyList<string>> VerifyAsync(string path, CancellationToken cancellation = default) => Task.Run<IReadOnlyList<string>>(
        () =>
        {
            try
            {
                using Session session = OpenCurrent(path);

                // One moment's state: the rules compare tables with each other.
                session.Script("BEGIN");
                return JournalCheck.Run(session, cancellation);
            }
            catch (SqliteException error) when (JournalException.IsDamage(error))
            {
                return [$"SQLite: {error.Message}"];
            }
            catch (SqliteException error)
            {
                throw JournalException.From(error, path);
            }
        },
        cancellation);

    /// <summary>The histories of instances as files for <see cref="RecordedHistory.Replay"/>, in order of creation.</summary>
    /// <exception cref="IOException">The journal cannot be read.</exception>
    public static Task<IReadOnlyList<RecordedHistory>> ReadHistoriesAsync(string path, CancellationToken cancellation = default) => Task.Run<IReadOnlyList<RecordedHistory>>(
        () =>
        {
            try
            {
                using Session session = OpenCurrent(path);
                var histories = new List<RecordedHistory>();
                foreach (InstanceRow row in QueryStore.List(session, new ListFilter { Limit = int.MaxValue }))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (HistoryStore.Read(session, row.Id) is { Count: > 0 } events)
                        histories.Add(new RecordedHistory(row.Id, row.Name, new HistoryFile(row.Id, events).ToJson()));
                }

                return histories;
            }
            catch (SqliteException error)
            {
                throw JournalException.From(error, path);
            }
        },
        cancellation);

    private static Session Open(string path)
        => File.Exists(path) ? Session.Open(path, SqliteOpenMode.ReadOnly) : throw new FileNotFoundException($"There is no journal '{path}'.", path);

    /// <summary>A journal of an older schema is read as it will be once it is led forward; the file itself stays as it is.</summary>
    private static Session OpenCurrent(string path)
    {
        Session session = Open(path);
        Session? copy = null;
        try
        {
            int version = Database.VersionOf(session);
            if (version == 0)
                throw new IOException($"'{path}' is not a journal.");
            if (version == Database.SchemaVersion)
                return session;
            copy = Session.Open(":memory:");
            session.CopyTo(copy);
            session.Dispose();
            Database.Migrate(copy);
            return copy;
        }
        catch
        {
            session.Dispose();
            copy?.Dispose();
            throw;
        }
    }

    private static void Copy(string path, string target)
    {
        using Session source = Open(path);
        using Session copy = Session.Open(target);
        source.CopyTo(copy);

        // The copy stands alone: no log beside it that could be forgotten, and nothing leased to a process that works elsewhere.
        copy.Script("PRAGMA journal_mode = DELETE");
        copy.Script("BEGIN");
        foreach (string owner in copy.Query("SELECT id FROM owners", row => row.GetString(0)))
            LeaseStore.Release(copy, owner, died: true);
        copy.Script("COMMIT");
    }
}
