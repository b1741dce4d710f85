using Microsoft.Data.Sqlite;

namespace Orchestra.Storage;

/// <summary>A connection that only reads and keeps its statements: to open a connection and to parse a statement cost more than most reads do.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection connection;

    // As many as there are texts of statements in the program.
    private readonly Dictionary<string, SqliteCommand> statements = new(StringComparer.Ordinal);

    public SqliteReader(string connectionString)
    {
        connection = new SqliteConnection(connectionString);
        connection.Open();
    }

    /// <summary>The statement with these values in place of its parameters, which are named in the same order each time.</summary>
    public SqliteCommand Statement(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        if (!statements.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach ((string name, object value) in parameters)
                command.Parameters.AddWithValue(name, value);
            statements.Add(sql, command);
            return command;
        }

        for (int i = 0; i < parameters.Length; i++)
            command.Parameters[i].Value = parameters[i].Value;
        return command;
    }

    /// <summary>What is read until it is disposed of was there at one moment.</summary>
    public IDisposable OneMoment()
    {
        Statement("BEGIN").ExecuteNonQuery();
        return new Moment(this);
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in statements.Values)
            command.Dispose();
        connection.Dispose();
    }

    private sealed class Moment(SqliteReader reader) : IDisposable
    {
        public void Dispose() => reader.Statement("COMMIT").ExecuteNonQuery();
    }
}
