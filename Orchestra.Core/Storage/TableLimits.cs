using System.Text;

namespace Orchestra.Core.Storage;

/// <summary>
/// What every adapter accepts, checked before anything is written: a write that one adapter takes must not be one that another refuses.
/// The bounds are those of Azure Tables, with room for escaping.
/// </summary>
public static class TableLimits
{
    public const int KeyCharacters = 512;
    public const int DocumentBytes = 1024 * 1024;
    public const int BatchWrites = 100;
    public const int BatchBytes = 2 * 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The key is too long or is not valid Unicode (half of a surrogate pair).</exception>
    public static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > KeyCharacters)
            throw new ArgumentException($"A key has at most {KeyCharacters} characters; this one has {key.Length}.", nameof(key));
        try
        {
            Strict.GetByteCount(key);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException("A key must be valid Unicode; this one has half of a surrogate pair.", nameof(key), e);
        }
    }

    /// <exception cref="ArgumentException">The batch is not one that every adapter can write at once.</exception>
    public static void CheckBatch(IReadOnlyList<TableWrite> writes)
    {
        if (writes.Count > BatchWrites || writes.Any(w => w.Partition != writes[0].Partition))
            throw new ArgumentException($"A batch has at most {BatchWrites} writes, all of one partition.", nameof(writes));
        var rows = new HashSet<string>(StringComparer.Ordinal);
        long total = 0;
        foreach (TableWrite write in writes)
        {
            CheckKey(write.Partition);
            CheckKey(write.Row);
            if (!rows.Add(write.Row))
                throw new ArgumentException($"A batch writes a row once; it has '{write.Row}' twice.", nameof(writes));
            if (write is { Json: null, IfMatch: TableWrite.Absent })
                throw new ArgumentException("A row that must be absent cannot be deleted.", nameof(writes));
            int bytes = write.Json is null ? 0 : Encoding.UTF8.GetByteCount(write.Json);
            if (bytes > DocumentBytes)
                throw new ArgumentException($"A document has at most {DocumentBytes} bytes; that of row '{write.Row}' has {bytes}.", nameof(writes));
            total += bytes;
        }

        if (total > BatchBytes)
            throw new ArgumentException($"A batch has at most {BatchBytes} bytes of documents; this one has {total}.", nameof(writes));
    }
}
