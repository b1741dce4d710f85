using System.Text;
using Orchestra.Core.Storage;

namespace Orchestra.Storage.Tests;

public abstract partial class TableStoreContract
{
    /// <summary>Keys that an adapter must escape, or that a careless one would order or cut wrongly.</summary>
    private static readonly string[] HardKeys =
    [
        "", " ", "  ", "!", "!2F", "\"", "#", "%", "%2F", "%25", "&", "'", "''", "+", "-", ".", "..", "/", "//", "/a", "0", "9", ":", ";", "=", "?", "@",
        "A", "Z", "[", "\\", "]", "^", "_", "`", "a", "a b", "a/b", "a\\b", "a#b", "a?b", "a%b", "a\0b", "a\tb", "a\nb", "a\u007fb", "a\u0085b", "a\U0010FFFF", "a\U0010FFFFb", "z", "{",
        "|", "}", "~", "~7F", "\u007f", "\u0000", "\u0001", "ä", "a\u0308", "é", "\u2028", "\uD7FF", "\uD7FFa", "\uE000", "\uFFFD", "\uFFFE", "😀", "😀a", "\U0010FFFF",
    ];

    [Fact]
    public async Task AnyCharacterMayStandInAKey()
    {
        foreach (string[] some in HardKeys.Chunk(100))
            await Store.WriteAsync([.. some.Select(k => new TableWrite(Partition, k, JsonOf(k)))], Stop);
        foreach (string key in HardKeys)
            Assert.Equal(JsonOf(key), (await Store.GetAsync(Partition, key, Stop))?.Json);
        Assert.Equal(ByCodePoint(HardKeys), await KeysAsync());
        Assert.Equal(ByCodePoint(HardKeys).Reverse(), await KeysAsync(descending: true));

        await Store.WriteAsync([.. HardKeys.Select(k => new TableWrite(Partition, k, null))], Stop);
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task AnyCharacterMayStandInAPartition()
    {
        foreach (string key in HardKeys)
            await Store.WriteAsync([new(Partition + key, "row", JsonOf(key))], Stop);
        foreach (string key in HardKeys)
        {
            TableRow row = Assert.Single(await Store.QueryAsync(Partition + key, cancellationToken: Stop));
            Assert.Equal((Partition + key, JsonOf(key)), (row.Partition, row.Json));
        }
    }

    [Fact]
    public async Task EveryPositionCanBeContinuedFrom()
    {
        string[] ordered = ByCodePoint(HardKeys);
        await Store.WriteAsync([.. HardKeys.Select(k => new TableWrite(Partition, k, "{}"))], Stop);
        for (int i = 0; i < ordered.Length; i++)
        {
            Assert.Equal(ordered.Skip(i + 1).Take(2), await KeysAsync(after: ordered[i], limit: 2));
            Assert.Equal(ordered.Take(i).Reverse().Take(2), await KeysAsync(after: ordered[i], limit: 2, descending: true));
        }
    }

    [Fact]
    public async Task APrefixIsTakenLiterally()
    {
        await Store.WriteAsync([.. HardKeys.Select(k => new TableWrite(Partition, k, "{}"))], Stop);
        foreach (string prefix in (string[])[.. HardKeys, "a\0", "nothing"])
            Assert.Equal(ByCodePoint(HardKeys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal))), await KeysAsync(prefix: prefix));
        Assert.Equal(["a/b", "a?b"], await KeysAsync(after: "a%b", prefix: "a", limit: 2));
        Assert.Equal(["a%b", "a#b"], await KeysAsync(after: "a/b", prefix: "a", limit: 2, descending: true));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("/")]
    [InlineData("ü")]
    [InlineData("語")]
    [InlineData("😀")]
    public async Task LongKeysAreKeptApart(string unit)
    {
        string stem = string.Concat(Enumerable.Repeat(unit, 510 / unit.Length));
        string[] keys = [stem + "aa", stem + "ab", stem + "b", stem];
        foreach (string key in keys)
            await PutAsync(key, JsonOf(key));
        foreach (string key in keys)
            Assert.Equal(JsonOf(key), (await Store.GetAsync(Partition, key, Stop))?.Json);

        var paged = new List<string>();
        while (await KeysAsync(after: paged.LastOrDefault(), limit: 1) is [string next])
            paged.Add(next);
        Assert.Equal(keys.Order(StringComparer.Ordinal), paged.Order(StringComparer.Ordinal));
        Assert.Equal(["aa", "ab"], (await KeysAsync(prefix: stem + "a")).Select(k => k[stem.Length..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task KeysThatNoAdapterCanKeepAreRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(new string('x', 513)));
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync("\ud83d"));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync([new(new string('x', 513), "a", "{}")], Stop));
    }

    [Fact]
    public async Task PagesJoinToTheWhole()
    {
        string[] keys = [.. Enumerable.Range(0, 95).Select(i => $"session/{i * 7:0000}")];
        await Store.WriteAsync([.. keys.Select(k => new TableWrite(Partition, k, "{}")), new(Partition, "project", "{}"), new(Partition, "session0", "{}")], Stop);
        foreach (bool descending in (bool[])[false, true])
        {
            var paged = new List<string>();
            while (await KeysAsync(paged.LastOrDefault(), "session/", 10, descending) is { Length: > 0 } page)
                paged.AddRange(page);
            Assert.Equal(descending ? keys.Reverse() : keys, paged);
        }

        Assert.Empty(await KeysAsync(limit: 0));
    }

    [Fact]
    public async Task RowsMayBeLeftOutAndPartsBeCounted()
    {
        await Store.WriteAsync([.. Enumerable.Range(0, 30).Select(i => new TableWrite(Partition, $"a/{i:00}", "{}")), new(Partition, "b/00", "{}")], Stop);
        Assert.Equal(["a/12", "a/13"], await KeysAsync(after: "a/01", prefix: "a/", limit: 2, skip: 10));
        Assert.Equal(["a/08", "a/07"], await KeysAsync(after: "a/19", prefix: "a/", limit: 2, descending: true, skip: 10));
        Assert.Equal(["a/29"], await KeysAsync(prefix: "a/", limit: 5, skip: 29));
        Assert.Empty(await KeysAsync(prefix: "a/", limit: 5, skip: 30));
        Assert.Equal(30, await Store.CountAsync(Partition, "a/", "a/~", Stop));
        Assert.Equal(5, await Store.CountAsync(Partition, "a/10", "a/15", Stop));
        Assert.Equal(0, await Store.CountAsync(Partition, "a/15", "a/10", Stop));
    }

    private static string JsonOf(string key) => $"[{string.Join(',', key.Select(c => (int)c))}]";

    private static string[] ByCodePoint(IEnumerable<string> keys) =>
        [.. keys.OrderBy(k => Convert.ToHexString(Encoding.UTF8.GetBytes(k)), StringComparer.Ordinal)];
}
