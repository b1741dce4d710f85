namespace Orchestra.Core.Storage;

/// <summary>
/// Which request a client's key stands for. The key is claimed with the id of what is about to be made, before it is made:
/// whoever comes with the same key, at once or after a crash, gets the same id and makes the same thing.
/// </summary>
public sealed class IdempotencyStore(ITableStore tables)
{
    private const string Partition = "idempotency";

    /// <param name="scope">What the key is for; the same key may be used for something else.</param>
    /// <param name="fingerprint">Of the request: the same key with another one is a mistake.</param>
    /// <param name="id">The id to be given if the key is new.</param>
    /// <returns>The id that the key stands for; null when it stands for another request.</returns>
    public async Task<string?> ClaimAsync(string scope, string key, string fingerprint, string id, DateTime at, CancellationToken cancellationToken)
    {
        string row = $"{scope}/{key}";
        var claim = new Claim(id, fingerprint, at);
        while (true)
        {
            if (await tables.GetAsync(Partition, row, cancellationToken) is { } known)
            {
                Claim former = Json.Read<Claim>(known.Json);
                return former.Fingerprint == fingerprint ? former.Id : null;
            }

            // Otherwise somebody claimed it in between.
            if (await tables.TryWriteAsync([new(Partition, row, Json.Write(claim), TableWrite.Absent)], cancellationToken))
                return id;
        }
    }

    private sealed record Claim(string Id, string Fingerprint, DateTime At);
}
