using System.IO.Compression;
using System.Text;
using Azure.Data.Tables;
using Orchestra.Core.Storage;

namespace Orchestra.Storage.AzureTables;

/// <summary>
/// A document as one entity. A short one is text, to be read in any storage browser; a longer one is compressed and cut into properties of 64 KiB,
/// of which 15 fit beside the keys into an entity of 1 MiB. Deflate brings any valid text of 1 MiB below that: UTF-8 spends
/// more than a tenth of its bits on its own structure.
/// </summary>
internal static class TableDocument
{
    public const string Text = "Json";
    private const string Key = "FullKey";
    private const string WriteId = "WriteId";
    private const int LongestText = 2000;
    private const int PieceBytes = 64 * 1024;
    private const int MostPieces = 15;

    /// <param name="writeId">Of the batch, so that a writer whose answer got lost can tell its own work.</param>
    public static TableEntity Write(TableWrite write, string writeId)
    {
        var entity = new TableEntity(TableKey.Escape(write.Partition), TableKey.Escape(write.Row)) { [WriteId] = writeId };
        if (TableKey.IsHashed(entity.RowKey))
            entity[Key] = Encoding.UTF8.GetBytes(write.Row);
        if (write.Json!.Length <= LongestText)
        {
            entity[Text] = write.Json;
            return entity;
        }

        byte[][] pieces = [.. Compress(write.Json).Chunk(PieceBytes)];
        if (pieces.Length > MostPieces)
            throw new ArgumentException($"The document of row '{write.Row}' does not fit into an entity even when compressed.", nameof(write));
        for (int i = 0; i < pieces.Length; i++)
            entity[Piece(i)] = pieces[i];
        return entity;
    }

    public static TableRow Read(string partition, TableEntity entity) =>
        new(partition, RowOf(entity), entity.GetString(Text) ?? Decompress(entity), entity.ETag.ToString());

    public static bool IsOf(TableEntity entity, string writeId) => entity.GetString(WriteId) == writeId;

    private static string RowOf(TableEntity entity) =>
        TableKey.IsHashed(entity.RowKey) ? Encoding.UTF8.GetString(entity.GetBinary(Key)) : TableKey.Unescape(entity.RowKey);

    private static byte[] Compress(string json)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal))
            deflate.Write(Encoding.UTF8.GetBytes(json));
        return packed.ToArray();
    }

    private static string Decompress(TableEntity entity)
    {
        using var packed = new MemoryStream();
        for (int i = 0; entity.GetBinary(Piece(i)) is { } piece; i++)
            packed.Write(piece);
        packed.Position = 0;
        using var deflate = new DeflateStream(packed, CompressionMode.Decompress);
        using var reader = new StreamReader(deflate, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string Piece(int number) => $"Deflated{number:00}";
}
