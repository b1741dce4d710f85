using Orchestra.Core;
using Orchestra.Core.Storage;

namespace Orchestra.Storage.Tests;

/// <summary>Lists as the product pages them, on every adapter.</summary>
public abstract partial class TableStoreContract
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 23, 59, 0, TimeSpan.Zero);

    private ListIndex Index => new(Store, Partition, entry => [ListIndex.All, entry]);

    [Fact]
    public async Task AListIsPagedNewestFirstWhateverComesMeanwhile()
    {
        ListIndex index = Index;
        string[] ids = [.. Enumerable.Range(0, 25).Select(IdOf)];
        foreach (string id in ids.OrderBy(i => i[^1]).ThenBy(i => i))
            await index.SaveAsync(id, id[^1] is '3' ? "\"odd\"" : "\"even\"", replace: true, Stop);
        var paged = new List<string>();
        string? next = null;
        do
        {
            var page = await index.PageAsync(ListIndex.All, new ListRange(10, After: next), since: null, Stop);
            paged.AddRange(page.Items.Select(i => i.Id));
            next = page.Next;
            await index.SaveAsync(IdOf(100 + paged.Count), "\"even\"", replace: true, Stop);
        }
        while (next is not null);
        Assert.Equal(ids.Reverse(), paged);

        Assert.Equal([ids[13], ids[3]], await IdsAsync(index, "\"odd\"", new ListRange(2, Offset: 1), total: 3));
        Assert.Equal([ids[3]], await IdsAsync(index, "\"odd\"", new ListRange(5, After: ids[13]), total: 3));
        Assert.Empty(await IdsAsync(index, "\"odd\"", new ListRange(5, After: ids[0]), total: 3));
    }

    [Fact]
    public async Task AListBeginsAtAMoment()
    {
        ListIndex index = Index;
        for (int i = 0; i < 12; i++)
            await index.SaveAsync(IdOf(i), "1", replace: true, Stop);
        DateTime since = Start.AddSeconds(4).UtcDateTime;
        Assert.Equal([IdOf(11), IdOf(10)], await IdsAsync(index, "1", new ListRange(2), total: 8, since));
        var end = await index.PageAsync("1", new ListRange(5, After: IdOf(6)), since, Stop);
        Assert.Equal([IdOf(5), IdOf(4)], end.Items.Select(i => i.Id));
        Assert.Null(end.Next);
    }

    [Fact]
    public async Task WhatChangesIsInTheListsThatItFits()
    {
        ListIndex index = Index;
        await index.SaveAsync(IdOf(1), "\"running\"", replace: true, Stop);
        await index.SaveAsync(IdOf(2), "\"running\"", replace: true, Stop);
        await index.SaveAsync(IdOf(1), "\"completed\"", replace: true, Stop);
        await index.SaveAsync(IdOf(1), "\"pending\"", replace: false, Stop);
        Assert.Equal("\"completed\"", await index.FindAsync(IdOf(1), Stop));
        Assert.Equal([IdOf(2)], await IdsAsync(index, "\"running\"", new ListRange(5), total: 1));
        Assert.Equal([IdOf(1)], await IdsAsync(index, "\"completed\"", new ListRange(5), total: 1));
        Assert.Equal([IdOf(2), IdOf(1)], await IdsAsync(index, ListIndex.All, new ListRange(5), total: 2));
        Assert.Empty(await IdsAsync(index, "\"pending\"", new ListRange(5), total: 0));
    }

    [Fact]
    public async Task ProcessesThatWriteAtOnceCountRightly()
    {
        // Two of them: what one process orders by a lock, two order by conditions.
        ListIndex[] indexes = [Index, Index];
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => indexes[i % 2].SaveAsync(IdOf(i), "1", replace: true, Stop), Stop)));
        Assert.Equal(20, (await IdsAsync(Index, "1", new ListRange(50), total: 20)).Count());
    }

    [Fact]
    public async Task EntriesOfAnEarlierVersionAreListed()
    {
        await Store.WriteAsync([.. Enumerable.Range(0, 30).Select(i => new TableWrite(Partition, IdOf(i), i % 3 == 0 ? "1" : "2"))], Stop);
        Assert.Equal([IdOf(29), IdOf(28)], await IdsAsync(Index, "2", new ListRange(2), total: 20));
        await Index.SaveAsync(IdOf(27), "2", replace: true, Stop);
        Assert.Equal([IdOf(24)], await IdsAsync(Index, "1", new ListRange(1), total: 9));
    }

    private static string IdOf(int number) => Ids.At(Start.AddSeconds(number), $"00000{number % 10}");

    private static async Task<IEnumerable<string>> IdsAsync(ListIndex index, string filter, ListRange range, int total, DateTime? since = null)
    {
        var page = await index.PageAsync(filter, range, since, Stop);
        Assert.Equal(total, page.Total);
        return page.Items.Select(i => i.Id);
    }
}
