using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using SQLitePCL;

namespace Orchestra.Storage.Tests;

public sealed class SqliteTableStoreTests : TableStoreContract, IDisposable
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
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
    public async Task WhatAnotherStoreWroteIsReadAtOnce()
    {
        using var other = new SqliteTableStore(FilePath);
        for (int i = 0; i < 20; i++)
        {
            await other.WriteAsync([new(Partition, "a", $"{i}"), new(Partition, $"b{i}", "{}")], Stop);
            Assert.Equal($"{i}", (await Store.GetAsync(Partition, "a", Stop))!.Json);
            Assert.Equal(i + 1, (await Store.QueryAsync(Partition, prefix: "b", cancellationToken: Stop)).Count);
            Assert.Equal(i + 2, await Store.CountAsync(Partition, Stop));
        }
    }

    [Fact]
    public async Task ManyReadAtOnceAndAreKeptApart()
    {
        for (int i = 0; i < 100; i++)
            await PutAsync($"{i}", $"{i}");
        await Parallel.ForAsync(0, 5000, new ParallelOptions { MaxDegreeOfParallelism = 40, CancellationToken = Stop }, async (i, stop) =>
            Assert.Equal($"{i % 100}", (await Store.GetAsync(Partition, $"{i % 100}", stop))!.Json));
    }

    [Theory]
    [InlineData("1", "DROP TABLE counts; DROP TRIGGER rows_inserted; DROP TRIGGER rows_deleted")]
    [InlineData("2", "SELECT 1")]
    public async Task AFileOfAnEarlierVersionIsBroughtForward(string version, string change)
    {
        await PutAsync("a", "1");
        await PutAsync("b");
        string etag = await ETagAsync("a");
        store.Dispose();
        Execute($"""
            ALTER TABLE rows RENAME TO now;
            CREATE TABLE rows (
                partition TEXT NOT NULL, row TEXT NOT NULL, json TEXT NOT NULL, etag INTEGER NOT NULL, PRIMARY KEY (partition, row)) WITHOUT ROWID;
            INSERT INTO rows SELECT * FROM now;
            DROP TABLE now;
            CREATE TRIGGER IF NOT EXISTS rows_inserted AFTER INSERT ON rows BEGIN
                INSERT INTO counts (partition, rows) VALUES (new.partition, 1) ON CONFLICT (partition) DO UPDATE SET rows = rows + 1;
            END;
            CREATE TRIGGER IF NOT EXISTS rows_deleted AFTER DELETE ON rows BEGIN
                UPDATE counts SET rows = rows - 1 WHERE partition = old.partition;
                DELETE FROM counts WHERE partition = old.partition AND rows <= 0;
            END;
            {change};
            UPDATE meta SET value = '{version}';
            """);
        store = new SqliteTableStore(FilePath);
        Assert.Equal(2, await Store.CountAsync(Partition, Stop));
        await PutAsync("a", "2", etag);
        Assert.Equal("2", (await Store.GetAsync(Partition, "a", Stop))!.Json);
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
    public async Task A_page_of_a_long_history_costs_what_one_of_a_short_history_does()
    {
        const string Short = "short";
        for (int batch = 0; batch < 100; batch++)
            await Store.WriteAsync([.. Enumerable.Range(0, 100).Select(i => new TableWrite(Partition, $"{batch:000}-{i:00}", "{}"))], Stop);
        await Store.WriteAsync([.. Enumerable.Range(0, 100).Select(i => new TableWrite(Short, $"{i:000}", "{}"))], Stop);
        Assert.Equal(10_000, await Store.CountAsync(Partition, Stop));
        List<TimeSpan> fromLong = [], fromShort = [];
        for (int i = 0; i < 51; i++)
        {
            fromLong.Add(await PageAsync(Partition, "050-00"));
            fromShort.Add(await PageAsync(Short, "050"));
        }

        // The whole of the long history would cost a hundred times as much.
        double ratio = fromLong.Order().ElementAt(25) / fromShort.Order().ElementAt(25);
        Assert.True(ratio < 10, $"A page of the long history takes {ratio} times as long.");

        async Task<TimeSpan> PageAsync(string partition, string after)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.NotEmpty(await Store.QueryAsync(partition, after: after, limit: 50, descending: true, cancellationToken: Stop));
            return Stopwatch.GetElapsedTime(start);
        }
    }

    [Fact]
    public async Task ADocumentIsFoundWithoutReadingLongOnesBesideIt()
    {
        // Few enough to be in the log still: what is read from there goes through the pages that are counted.
        string document = $"\"{new string('x', 30_000)}\"";
        await Store.WriteAsync([.. Enumerable.Range(0, 60).Select(i => new TableWrite(Partition, $"{i:00}", i == 41 ? "{}" : document))], Stop);

        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using SqliteCommand find = connection.CreateCommand();
        find.CommandText = "SELECT json FROM rows WHERE partition = $p AND row = '41'";
        find.Parameters.AddWithValue("$p", Partition);
        Assert.Equal("{}", find.ExecuteScalar());
        raw.sqlite3_db_status(connection.Handle, raw.SQLITE_DBSTATUS_CACHE_MISS, out int pages, out _, 0);
        Assert.InRange(pages, 1, 20);
    }

    [Fact]
    public async Task RepositoriesAreThoseOfAllProjectsAndSingleSessions()
    {
        var projects = new ProjectStore(store);
        string project = Ids.At(Begin, "00000f");
        await projects.SaveProjectAsync(
            new ProjectRecord { ProjectId = project, ProjectName = "p", RepoPath = "/project", Phase = Phases.Completed, StartedAt = Begin.UtcDateTime }, Stop);
        await projects.SaveSessionAsync(Session("000001", project, "/project"), Stop);
        await projects.SaveSessionAsync(Session("000002", null, "/single"), Stop);
        await projects.SaveSessionAsync(Session("000003", null, "/other"), Stop);
        await projects.SaveSessionAsync(Session("000004", null, "/single"), Stop);
        Assert.Equal(["/other", "/project", "/single"], (await projects.ListRepositoriesAsync(Stop)).Order(StringComparer.Ordinal));
    }

    private static SessionRecord Session(string id, string? project, string repository) => new()
    {
        SessionId = Ids.At(Begin, id),
        ProjectId = project,
        TeamName = "bench",
        TaskDescription = "",
        Status = "completed",
        RepoPath = repository,
    };

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath}");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
