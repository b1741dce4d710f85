using Orchestra.Core.Storage;

namespace Orchestra.Storage.Tests;

/// <summary>What every adapter of <see cref="ITableStore"/> promises: one suite, run on each of them. Each test has a partition of its own.</summary>
public abstract partial class TableStoreContract
{
    protected abstract ITableStore Store { get; }

    protected string Partition { get; } = $"test/{Guid.NewGuid():N}";

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AWrittenRowIsReadBack()
    {
        await PutAsync("a", """{"text":"ä \" \\ 😀"}""");
        TableRow row = Assert.IsType<TableRow>(await Store.GetAsync(Partition, "a", Stop));
        Assert.Equal((Partition, "a", """{"text":"ä \" \\ 😀"}"""), (row.Partition, row.Row, row.Json));
        Assert.NotEmpty(row.ETag);
    }

    [Fact]
    public async Task NothingIsFoundWhereNothingWasWritten()
    {
        Assert.Null(await Store.GetAsync(Partition, "a", Stop));
        Assert.Empty(await Store.QueryAsync(Partition, cancellationToken: Stop));
        Assert.Equal(0, await Store.CountAsync(Partition, Stop));
        await Store.WriteAsync([], Stop);
        await Store.WriteAsync([new(Partition, "a", null)], Stop);
    }

    [Fact]
    public async Task PartitionsAreApart()
    {
        await PutAsync("a");
        await Store.WriteAsync([new(Partition + "2", "a", "2"), new(Partition + "2", "b", "2")], Stop);
        Assert.Equal(1, await Store.CountAsync(Partition, Stop));
        Assert.Equal(["a"], await KeysAsync());
        Assert.Equal(2, await Store.CountAsync(Partition + "2", Stop));
    }

    [Fact]
    public async Task SeveralAreReadInTheOrderTheyAreAskedFor()
    {
        await PutAsync("a", "1");
        await PutAsync("b", "2");
        await Store.WriteAsync([new(Partition + "2", "a", "3")], Stop);
        IReadOnlyList<TableRow?> rows = await Store.GetAsync([(Partition + "2", "a"), (Partition, "b"), (Partition, "none"), (Partition, "a"), (Partition, "b")], Stop);
        Assert.Equal(["3", "2", null, "1", "2"], rows.Select(r => r?.Json));
        Assert.Equal(["a", "b", null, "a", "b"], rows.Select(r => r?.Row));
        Assert.Empty(await Store.GetAsync([], Stop));
    }

    [Fact]
    public async Task CountFollowsWhatIsWrittenReplacedAndDeleted()
    {
        await PutAsync("a");
        await PutAsync("a", "2");
        await PutAsync("b");
        Assert.Equal(2, await Store.CountAsync(Partition, Stop));
        await Store.WriteAsync([new(Partition, "a", null), new(Partition, "c", "3")], Stop);
        Assert.Equal(2, await Store.CountAsync(Partition, Stop));
        await Store.WriteAsync([new(Partition, "b", null), new(Partition, "c", null), new(Partition, "d", null)], Stop);
        Assert.Equal(0, await Store.CountAsync(Partition, Stop));
    }

    [Fact]
    public async Task ManyRowsAreCounted()
    {
        for (int batch = 0; batch < 11; batch++)
            await Store.WriteAsync([.. Enumerable.Range(0, 100).Select(i => new TableWrite(Partition, $"{batch:00}-{i:00}", "{}"))], Stop);
        Assert.Equal(1100, await Store.CountAsync(Partition, Stop));
        Assert.Equal(1000, (await Store.QueryAsync(Partition, cancellationToken: Stop)).Count);
        Assert.Equal(1100, (await Store.QueryAsync(Partition, limit: 5000, cancellationToken: Stop)).Count);
    }

    [Theory]
    [InlineData(1024 * 1024)]
    [InlineData(40_000)]
    [InlineData(2)]
    public async Task DocumentsOfAnySizeComeBackWhole(int bytes)
    {
        // Printable characters at random: as little compressible as ASCII gets.
        var random = new Random(bytes);
        string json = '"' + new string([.. Enumerable.Range(0, bytes - 2).Select(_ => (char)random.Next('#', '['))]) + '"';
        await PutAsync("big", json);
        Assert.Equal(json, (await Store.GetAsync(Partition, "big", Stop))!.Json);
        Assert.Equal(json, Assert.Single(await Store.QueryAsync(Partition, cancellationToken: Stop)).Json);
        await PutAsync("big", "1");
        Assert.Equal("1", (await Store.GetAsync(Partition, "big", Stop))!.Json);
    }

    [Fact]
    public async Task ALargerDocumentIsRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync("big", '"' + new string('x', 1024 * 1024 - 1) + '"'));
        Assert.Null(await Store.GetAsync(Partition, "big", Stop));
    }

    protected Task PutAsync(string row, string json = "{}", string? ifMatch = null) =>
        Store.WriteAsync([new(Partition, row, json, ifMatch)], Stop);

    protected async Task<string> ETagAsync(string row) => (await Store.GetAsync(Partition, row, Stop))!.ETag;

    protected async Task<string[]> KeysAsync(string? after = null, string? prefix = null, int limit = 1000, bool descending = false, int skip = 0) =>
        [.. (await Store.QueryAsync(Partition, after, prefix, limit, descending, skip, Stop)).Select(r => r.Row)];
}
