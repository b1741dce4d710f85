namespace Orchestra.Storage;

/// <summary>Readers at rest. As many are made as read at once; of those only a few are kept.</summary>
internal sealed class SqliteReaders(string connectionString) : IDisposable
{
    private const int MostAtRest = 16;
    private readonly Lock access = new();
    private readonly Stack<SqliteReader> atRest = new();
    private bool disposed;

    public T Read<T>(Func<SqliteReader, T> read)
    {
        SqliteReader reader = Take();
        T result;
        try
        {
            result = read(reader);
        }
        catch
        {
            // Who knows what it holds still.
            reader.Dispose();
            throw;
        }

        Rest(reader);
        return result;
    }

    public void Dispose()
    {
        lock (access)
        {
            disposed = true;
            while (atRest.TryPop(out SqliteReader? reader))
                reader.Dispose();
        }
    }

    private SqliteReader Take()
    {
        lock (access)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (atRest.TryPop(out SqliteReader? reader))
                return reader;
        }

        return new SqliteReader(connectionString);
    }

    private void Rest(SqliteReader reader)
    {
        lock (access)
        {
            if (!disposed && atRest.Count < MostAtRest)
            {
                atRest.Push(reader);
                return;
            }
        }

        reader.Dispose();
    }
}
