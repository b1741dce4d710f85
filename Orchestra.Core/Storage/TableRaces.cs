namespace Orchestra.Core.Storage;

/// <summary>Writes for which a lost race is an answer and no fault.</summary>
public static class TableRaces
{
    /// <returns>False when somebody else wrote first; nothing was written then.</returns>
    public static async Task<bool> TryWriteAsync(this ITableStore tables, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        try
        {
            await tables.WriteAsync(writes, cancellationToken);
            return true;
        }
        catch (TableConflictException)
        {
            return false;
        }
    }
}
