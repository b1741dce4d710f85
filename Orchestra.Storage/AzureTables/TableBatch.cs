using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Orchestra.Core.Storage;

namespace Orchestra.Storage.AzureTables;

/// <summary>
/// Writes a batch as one transaction. Where Azure Tables means less than the port promises, this makes up for it: deleting what is not there is
/// no error, and a batch whose first answer got lost is not taken for somebody else's when the client sends it again.
/// </summary>
internal sealed class TableBatch(TableClient table)
{
    /// <summary>Each attempt leaves out rows that others deleted meanwhile; so many times in a row is a fault.</summary>
    private const int MostAttempts = 10;

    public async Task SubmitAsync(IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        string writeId = Guid.NewGuid().ToString("N");
        List<TableWrite> left = [.. writes];
        for (int attempt = 1; left.Count > 0; attempt++)
        {
            try
            {
                await table.SubmitTransactionAsync([.. left.Select(w => ActionOf(w, writeId))], cancellationToken);
                return;
            }
            catch (RequestFailedException e) when (IsLostRace(e))
            {
                if (await WasWrittenAsync(left, writeId, cancellationToken))
                    return;
                TableWrite? failed = FailedOf(e, left);
                if (e.Status != 404 || failed is { IfMatch: not null } || attempt == MostAttempts || !await DropMissingAsync(left, cancellationToken))
                    throw new TableConflictException(writes[0].Partition, (failed ?? left.FirstOrDefault(w => w.IfMatch is not null) ?? left[0]).Row);
            }
        }
    }

    private static TableTransactionAction ActionOf(TableWrite write, string writeId)
    {
        ETag etag = write.IfMatch is { Length: > 0 } tag ? new ETag(tag) : ETag.All;
        if (write.Json is null)
            return new(TableTransactionActionType.Delete, new TableEntity(TableKey.Escape(write.Partition), TableKey.Escape(write.Row)), etag);
        TableTransactionActionType type = write.IfMatch switch
        {
            null => TableTransactionActionType.UpsertReplace,
            TableWrite.Absent => TableTransactionActionType.Add,
            _ => TableTransactionActionType.UpdateReplace,
        };
        return new(type, TableDocument.Write(write, writeId), etag);
    }

    private static bool IsLostRace(RequestFailedException e) =>
        e.Status is 404 or 409 or 412 && e.ErrorCode != TableErrorCode.TableNotFound && e.ErrorCode != TableErrorCode.TableBeingDeleted;

    private static TableWrite? FailedOf(RequestFailedException e, List<TableWrite> writes) =>
        e is TableTransactionFailedException { FailedTransactionActionIndex: { } index } && index < writes.Count ? writes[index] : null;

    /// <summary>A transaction is whole: one of its rows tells of all.</summary>
    private async Task<bool> WasWrittenAsync(List<TableWrite> writes, string writeId, CancellationToken cancellationToken)
    {
        if (writes.FirstOrDefault(w => w.Json is not null) is not { } put)
            return false;
        return await FindAsync(put, null, cancellationToken) is { } entity && TableDocument.IsOf(entity, writeId);
    }

    /// <returns>False when every row to be deleted is there, so that something else was missing.</returns>
    private async Task<bool> DropMissingAsync(List<TableWrite> writes, CancellationToken cancellationToken)
    {
        int before = writes.Count;
        foreach (TableWrite delete in writes.Where(w => w is { Json: null, IfMatch: null }).ToArray())
        {
            if (await FindAsync(delete, ["RowKey"], cancellationToken) is null)
                writes.Remove(delete);
        }

        return writes.Count < before;
    }

    private async Task<TableEntity?> FindAsync(TableWrite write, string[]? select, CancellationToken cancellationToken)
    {
        NullableResponse<TableEntity> found = await table.GetEntityIfExistsAsync<TableEntity>(
            TableKey.Escape(write.Partition), TableKey.Escape(write.Row), select, cancellationToken);
        return found.HasValue ? found.Value : null;
    }
}
