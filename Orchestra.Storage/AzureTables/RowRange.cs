namespace Orchestra.Storage.AzureTables;

/// <summary>A range of row keys of one partition, as a filter. Escaped keys hold no quote, so none is doubled.</summary>
/// <param name="EscapedPartition">The partition key as it is stored.</param>
/// <param name="Prefix">How the keys start, not escaped.</param>
/// <param name="After">The key behind which the range begins, not escaped.</param>
/// <param name="Before">The key before which it ends, not escaped.</param>
internal sealed record RowRange(string EscapedPartition, string? Prefix = null, string? After = null, string? Before = null)
{
    /// <summary>The first key, escaped.</summary>
    public string? From { get; init; }

    /// <summary>Whether the prefix is too long to be told apart by stored keys alone.</summary>
    public bool MayHoldOthers => !string.IsNullOrEmpty(Prefix) && TableKey.IsCut(Prefix);

    public string Filter
    {
        get
        {
            List<string> terms = [$"PartitionKey eq '{EscapedPartition}'"];
            if (!string.IsNullOrEmpty(Prefix))
            {
                (string from, string to) = TableKey.PrefixRange(Prefix);
                terms.Add($"RowKey ge '{from}' and RowKey lt '{to}'");
            }

            if (After is not null)
                terms.Add($"RowKey gt '{TableKey.Escape(After)}'");
            if (Before is not null)
                terms.Add($"RowKey lt '{TableKey.Escape(Before)}'");
            if (From is not null)
                terms.Add($"RowKey ge '{From}'");
            return string.Join(" and ", terms);
        }
    }
}
