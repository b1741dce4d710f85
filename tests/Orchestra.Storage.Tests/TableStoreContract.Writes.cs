using System.Globalization;
using Orchestra.Core.Storage;

namespace Orchestra.Storage.Tests;

public abstract partial class TableStoreContract
{
    [Fact]
    public async Task AnETagChangesWithEveryWrite()
    {
        var seen = new HashSet<string>();
        for (int i = 0; i < 4; i++)
        {
            await PutAsync("a");
            Assert.True(seen.Add(await ETagAsync("a")));
            if (i % 2 == 1)
                await Store.WriteAsync([new(Partition, "a", null)], Stop);
        }
    }

    [Fact]
    public async Task ARowIsReplacedOnlyWithItsLastETag()
    {
        await PutAsync("a", "1");
        string first = await ETagAsync("a");
        await PutAsync("a", "2", first);
        TableConflictException conflict = await Assert.ThrowsAsync<TableConflictException>(() => PutAsync("a", "3", first));
        Assert.Contains("'a'", conflict.Message);
        await Assert.ThrowsAsync<TableConflictException>(() => PutAsync("gone", "3", first));
        Assert.Equal("2", (await Store.GetAsync(Partition, "a", Stop))!.Json);
        Assert.Null(await Store.GetAsync(Partition, "gone", Stop));
    }

    [Fact]
    public async Task ARowIsAddedOnlyWhereNoneIs()
    {
        await PutAsync("a", "1", TableWrite.Absent);
        await Assert.ThrowsAsync<TableConflictException>(() => PutAsync("a", "2", TableWrite.Absent));
        Assert.Equal("1", (await Store.GetAsync(Partition, "a", Stop))!.Json);
        await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync([new(Partition, "b", null, TableWrite.Absent)], Stop));
    }

    [Fact]
    public async Task ARowIsDeletedOnlyWithItsLastETag()
    {
        await PutAsync("a", "1");
        string first = await ETagAsync("a");
        await PutAsync("a", "2");
        await Assert.ThrowsAsync<TableConflictException>(() => Store.WriteAsync([new(Partition, "a", null, first)], Stop));
        await Store.WriteAsync([new(Partition, "a", null, await ETagAsync("a"))], Stop);
        await Assert.ThrowsAsync<TableConflictException>(() => Store.WriteAsync([new(Partition, "a", null, first)], Stop));
        Assert.Null(await Store.GetAsync(Partition, "a", Stop));
    }

    [Fact]
    public async Task ABatchIsWrittenWholeOrNotAtAll()
    {
        await Store.WriteAsync([new(Partition, "kept", "1"), new(Partition, "changed", "1")], Stop);
        string old = await ETagAsync("changed");
        await PutAsync("changed", "2");
        await Assert.ThrowsAsync<TableConflictException>(() => Store.WriteAsync(
            [new(Partition, "new", "3"), new(Partition, "kept", null), new(Partition, "nothing", null), new(Partition, "changed", "3", old)], Stop));
        Assert.Equal(["changed", "kept"], await KeysAsync());
        Assert.Equal("2", (await Store.GetAsync(Partition, "changed", Stop))!.Json);

        await Store.WriteAsync(
            [new(Partition, "new", "3"), new(Partition, "kept", null), new(Partition, "nothing", null), new(Partition, "changed", "3", await ETagAsync("changed"))], Stop);
        Assert.Equal(["changed", "new"], await KeysAsync());
    }

    [Fact]
    public async Task ABatchOfOneHundredIsTheLargest()
    {
        TableWrite[] writes = [.. Enumerable.Range(0, 101).Select(i => new TableWrite(Partition, $"{i:000}", "{}"))];
        await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync(writes, Stop));
        Assert.Equal(0, await Store.CountAsync(Partition, Stop));
        await Store.WriteAsync(writes[..100], Stop);
        Assert.Equal(100, await Store.CountAsync(Partition, Stop));
    }

    [Fact]
    public async Task ABatchThatNotEveryAdapterCanWriteIsRefused()
    {
        string half = '"' + new string('x', 900_000) + '"';
        TableWrite[][] refused =
        [
            [new(Partition, "a", "{}"), new(Partition + "2", "a", "{}")],
            [new(Partition, "a", "{}"), new(Partition, "a", null)],
            [new(Partition, "a", half), new(Partition, "b", half), new(Partition, "c", half)],
        ];
        foreach (TableWrite[] writes in refused)
            await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync(writes, Stop));
        Assert.Empty(await KeysAsync());
        await Store.WriteAsync([new(Partition, "a", half), new(Partition, "b", half)], Stop);
        Assert.Equal(["a", "b"], await KeysAsync());
    }

    [Fact]
    public async Task OfFiftyWritersOneWins()
    {
        await PutAsync("a", "0");
        string before = await ETagAsync("a");
        Assert.Equal(1, await WinnersAsync(i => [new(Partition, "a", $"{i}", before), new(Partition, $"by/{i}", "{}")]));
        Assert.Single(await KeysAsync(prefix: "by/"));
        Assert.Equal(1, await WinnersAsync(i => [new(Partition, "once", $"{i}", TableWrite.Absent)]));
    }

    [Fact]
    public async Task NoIncrementIsLost()
    {
        await PutAsync("n", "0");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 5; i++)
                await IncrementAsync();
        })));
        Assert.Equal("40", (await Store.GetAsync(Partition, "n", Stop))!.Json);
    }

    private async Task IncrementAsync()
    {
        while (true)
        {
            TableRow row = (await Store.GetAsync(Partition, "n", Stop))!;
            int next = int.Parse(row.Json, CultureInfo.InvariantCulture) + 1;
            try
            {
                await PutAsync("n", next.ToString(CultureInfo.InvariantCulture), row.ETag);
                return;
            }
            catch (TableConflictException)
            {
                // Somebody was quicker.
            }
        }
    }

    private async Task<int> WinnersAsync(Func<int, TableWrite[]> writes)
    {
        bool[] won = await Task.WhenAll(Enumerable.Range(1, 50).Select(i => Task.Run(async () =>
        {
            try
            {
                await Store.WriteAsync(writes(i), Stop);
                return true;
            }
            catch (TableConflictException)
            {
                return false;
            }
        })));
        return won.Count(w => w);
    }
}
