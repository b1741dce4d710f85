using System.Text;
using SQLitePCL;

namespace Orchestra.DurableTask.Journal;

/// <summary>A row of a result, good until the next one is read.</summary>
internal readonly struct Row(sqlite3_stmt statement)
{
    public long GetInt64(int column) => raw.sqlite3_column_int64(statement, column);

    public int GetInt32(int column) => raw.sqlite3_column_int(statement, column);

    public bool GetBoolean(int column) => GetInt64(column) != 0;

    public bool IsDBNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public string GetString(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? Text(int column) => IsDBNull(column) ? null : GetString(column);

    public long? Number(int column) => IsDBNull(column) ? null : GetInt64(column);

    /// <summary>A text as it is stored.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);

    public object? Value(int column) => raw.sqlite3_column_type(statement, column) switch
    {
        raw.SQLITE_NULL => null,
        raw.SQLITE_INTEGER => GetInt64(column),
        _ => GetString(column),
    };
}
