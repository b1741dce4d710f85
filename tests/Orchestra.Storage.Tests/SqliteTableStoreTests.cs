using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orchestra.Core.Storage;

namespace Orchestra.Storage.Tests;

public sealed class SqliteTableStoreTests : TableStoreContract, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("orchestra-store-");
    private SqliteTableStore store;

    public SqliteTableStoreTests() => store = new SqliteTableStore(FilePath);

    protected override ITableStore Store => store;

    private string FilePath => Path.Combine(folder.FullName, "state.db");

    public void Dispose()
    {
        store.Dispose();
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task AReopenedFileHasEverything()
    {
        await PutAsync("a", "1");
        string etag = await ETagAsync("a");
        store.Dispose();
        store = new SqliteTableStore(FilePath);
        await PutAsync("a", "2", etag);
        Assert.Equal("2", (await Store.GetAsync(Partition, "a", Stop))!.Json);
        Assert.Equal(1, await Store.CountAsync(Partition, Stop));
    }

    [Fact]
    public async Task TwoStoresShareAFile()
    {
        using var other = new SqliteTableStore(FilePath);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? store : other).WriteAsync([new(Partition, $"{i}", "{}")], Stop))));
        Assert.Equal(40, await other.CountAsync(Partition, Stop));
    }

    [Fact]
    public async Task AFileOfTheFirstVersionIsBroughtForward()
    {
        await PutAsync("a");
        await PutAsync("b");
        store.Dispose();
        Execute("DROP TABLE counts; DROP TRIGGER rows_inserted; DROP TRIGGER rows_deleted; UPDATE meta SET value = '1'");
        store = new SqliteTableStore(FilePath);
        Assert.Equal(2, await Store.CountAsync(Partition, Stop));
        await PutAsync("c");
        Assert.Equal(3, await Store.CountAsync(Partition, Stop));
    }

    [Fact]
    public void AFileOfANewerProgramIsLeftAlone()
    {
        store.Dispose();
        Execute("UPDATE meta SET value = '99'");
        Assert.Contains("99", Assert.Throws<IOException>(() => store = new SqliteTableStore(FilePath)).Message);
    }

    [Fact]
    public async Task ALongHistoryCostsNothing()
    {
        for (int batch = 0; batch < 100; batch++)
            await Store.WriteAsync([.. Enumerable.Range(0, 100).Select(i => new TableWrite(Partition, $"{batch:000}-{i:00}", "{}"))], Stop);
        var times = new List<TimeSpan>();
        for (int i = 0; i < 21; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(10_000, await Store.CountAsync(Partition, Stop));
            Assert.Equal(50, (await Store.QueryAsync(Partition, after: "050-00", limit: 50, descending: true, cancellationToken: Stop)).Count);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        Assert.True(times.Order().ElementAt(10) < TimeSpan.FromMilliseconds(20), $"median {times.Order().ElementAt(10)}");
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath}");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
