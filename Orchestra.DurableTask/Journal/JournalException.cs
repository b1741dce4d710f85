using Microsoft.Data.Sqlite;

namespace Orchestra.DurableTask.Journal;

/// <summary>Says in the user's words why the journal file cannot be used, and what would help.</summary>
internal sealed class JournalException(string message, Exception inner) : IOException(message, inner)
{
    /// <summary>Errors that are not the file's or the disk's doing stay what they are.</summary>
    public static Exception From(SqliteException error, string? path) => Explain(error.SqliteErrorCode) is { } reason
        ? new JournalException($"The journal {(path is null ? "in memory" : $"'{path}'")} {reason} ({error.Message})", error)
        : error;

    /// <summary>The file itself is broken, so that trying again cannot help.</summary>
    public static bool IsDamage(SqliteException error) => error.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB;

    private static string? Explain(int code) => code switch
    {
        SQLitePCL.raw.SQLITE_FULL => "cannot be written: the disk is full. Work goes on by itself when there is space again.",
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM => "cannot be written: the file or its folder is read-only.",
        SQLitePCL.raw.SQLITE_CANTOPEN => "cannot be opened: its folder is missing or not writable.",
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => "is locked by another program for too long.",
        SQLitePCL.raw.SQLITE_CORRUPT => "is damaged. Restore a backup.",
        SQLitePCL.raw.SQLITE_NOTADB => "is not a database.",
        SQLitePCL.raw.SQLITE_IOERR => "cannot be read or written.",
        _ => null,
    };
}
