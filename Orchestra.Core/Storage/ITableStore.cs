namespace Orchestra.Core.Storage;

/// <summary>One document. Keys are at most 512 characters of valid Unicode; any character is allowed (adapters escape), and a key may be empty.</summary>
/// <param name="Json">At most 1 MiB of UTF-8.</param>
/// <param name="ETag">Changes with every write; opaque.</param>
public sealed record TableRow(string Partition, string Row, string Json, string ETag);

/// <summary>A write of a batch.</summary>
/// <param name="Json">The new document; null deletes.</param>
/// <param name="IfMatch">null: unconditional; <see cref="Absent"/>: only if there is no such row; else only if the ETag is still this one.</param>
public sealed record TableWrite(string Partition, string Row, string? Json, string? IfMatch = null)
{
    public const string Absent = "";
}

/// <summary>
/// The state store: partitioned tables, shaped so that Azure Tables fits it one to one.
/// Every call is safe to repeat. A lost race is <see cref="TableConflictException"/>; everything else an adapter throws is a fault.
/// </summary>
public interface ITableStore
{
    Task<TableRow?> GetAsync(string partition, string row, CancellationToken cancellationToken = default);

    /// <summary>Several documents, of whatever partitions; null in the place of each that is not there.</summary>
    Task<IReadOnlyList<TableRow?>> GetAsync(IReadOnlyList<(string Partition, string Row)> keys, CancellationToken cancellationToken = default);

    /// <summary>
    /// Rows of one partition in order of their keys' Unicode code points, from <paramref name="after"/> (exclusive) on.
    /// The last key of a page is the next page's <paramref name="after"/>: each row comes once, however many pages there are.
    /// </summary>
    /// <param name="skip">How many rows to leave out first; what is left out is read all the same.</param>
    Task<IReadOnlyList<TableRow>> QueryAsync(
        string partition, string? after = null, string? prefix = null, int limit = 1000, bool descending = false, int skip = 0,
        CancellationToken cancellationToken = default);

    /// <summary>All writes or none; all of one partition, each row once, within <see cref="TableLimits"/>.</summary>
    /// <exception cref="TableConflictException">A condition did not hold; nothing was written.</exception>
    Task WriteAsync(IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken = default);

    Task<int> CountAsync(string partition, CancellationToken cancellationToken = default);

    /// <summary>Counts the rows from <paramref name="from"/> on that come before <paramref name="end"/>; costs as much as there are.</summary>
    Task<int> CountAsync(string partition, string from, string end, CancellationToken cancellationToken = default);
}

/// <summary>Somebody else wrote first.</summary>
public sealed class TableConflictException(string partition, string row)
    : Exception($"Row '{row}' of partition '{partition}' was changed meanwhile.");
