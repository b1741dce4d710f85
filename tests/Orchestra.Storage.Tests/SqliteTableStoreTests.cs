using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

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
