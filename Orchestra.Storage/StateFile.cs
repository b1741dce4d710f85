using Microsoft.Data.Sqlite;

namespace Orchestra.Storage;

/// <summary>Care for a state store's file, whether or not a host works on it meanwhile.</summary>
public static class StateFile
{
    /// <summary>Copies the store as it is at one moment into a file that must not exist yet.</summary>
    /// <exception cref="IOException">The store cannot be read or the target not be written.</exception>
    public static void Backup(string path, string target)
    {
        try
        {
            using SqliteConnection source = Open(path, SqliteOpenMode.ReadOnly);
            using SqliteConnection copy = Open(target, SqliteOpenMode.ReadWriteCreate);
            source.BackupDatabase(copy);
            using SqliteCommand command = copy.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = DELETE";
            command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw new IOException($"The state store '{path}' cannot be copied to '{target}': {e.Message}", e);
        }
    }

    /// <summary>What is wrong with the file, one line for each problem; none when all is well.</summary>
    public static IReadOnlyList<string> Verify(string path)
    {
        var problems = new List<string>();
        try
        {
            using SqliteConnection connection = Open(path, SqliteOpenMode.ReadOnly);
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check";
            using (SqliteDataReader reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    if (reader.GetString(0) is var line && line != "ok")
                        problems.Add(line);
                }
            }

            command.CommandText = "SELECT count(*) FROM rows WHERE NOT json_valid(json)";
            if ((long)command.ExecuteScalar()! is var bad and > 0)
                problems.Add($"{bad} documents are not JSON");
        }
        catch (SqliteException e)
        {
            problems.Add(e.Message);
        }

        return problems;
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
