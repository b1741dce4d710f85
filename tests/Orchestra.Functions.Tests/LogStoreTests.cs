using System.Globalization;
using Orchestra.Core.Logs;
using Orchestra.Storage;

namespace Orchestra.Functions.Tests;

/// <summary>The stored log is read by pages that miss nothing and repeat nothing, whatever is asked for.</summary>
public sealed class LogStoreTests : IDisposable
{
    // More than one page with a text looks through.
    private const int Many = 21_000;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("orchestra-log-");
    private readonly SqliteTableStore tables;
    private readonly LogStore store;

    public LogStoreTests()
    {
        tables = new SqliteTableStore(Path.Combine(folder.FullName, "state.db"));
        store = new LogStore(tables);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        tables.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_text_is_found_in_the_oldest_of_many_lines()
    {
        await store.AddAsync([.. Enumerable.Range(0, Many).Select(n => Line(n, LogLevels.Info, n == 0 ? "the Needle" : "straw"))], Cancel);
        (List<LogRecord> found, int pages) = await AllAsync(new LogFilter(Text: "nEEdle"), 10);
        Assert.Equal(Line(0, LogLevels.Info, "the Needle"), Assert.Single(found));
        Assert.Equal(3, pages);
        Assert.Empty((await AllAsync(new LogFilter(Text: "nothing of the kind"), 10)).Lines);
        Assert.Equal(["s20999"], (await store.ListAsync(new LogFilter(Text: "S20999"), 10, null, Cancel)).Lines.Select(l => l.Source));
    }

    [Theory]
    [InlineData(null, null, 400)]
    [InlineData(null, LogLevels.Warning, 200)]
    [InlineData(LogLevels.Info, null, 100)]
    [InlineData(LogLevels.Info, LogLevels.Warning, 0)]
    public async Task Levels_come_in_one_order_each_line_once(string? level, string? least, int count)
    {
        string[] levels = [LogLevels.Debug, LogLevels.Info, LogLevels.Warning, LogLevels.Critical];
        // In runs of one level, so that pages end within and between them.
        LogRecord[] lines = [.. Enumerable.Range(0, 400).Select(n => Line(n, levels[n / 20 % 4], "x"))];
        await store.AddAsync(lines, Cancel);
        foreach (int limit in new[] { 1, 7, 20, 399, 1000 })
        {
            (List<LogRecord> found, _) = await AllAsync(new LogFilter(level, least), limit);
            Assert.Equal(lines.Where(l => new LogFilter(level, least).Levels.Contains(l.Level)).Reverse(), found);
            Assert.Equal(count, found.Count);
        }
    }

    private async Task<(List<LogRecord> Lines, int Pages)> AllAsync(LogFilter filter, int limit)
    {
        var all = new List<LogRecord>();
        int pages = 0;
        string? next = null;
        do
        {
            LogPage page = await store.ListAsync(filter, limit, next, Cancel);
            Assert.InRange(page.Lines.Count, 0, limit);
            all.AddRange(page.Lines);
            next = page.Next;
            pages++;
        }
        while (next is not null);

        return (all, pages);
    }

    private static LogRecord Line(int n, string level, string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"p-{n:D10}"), DateTime.UnixEpoch.AddSeconds(n), level, message, $"s{n}");
}
