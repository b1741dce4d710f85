using Orchestra.Core.Storage;
using Orchestra.Storage.AzureTables;

namespace Orchestra.Storage.Tests;

public sealed class AzureTableStoreTests(AzuriteFixture azurite) : TableStoreContract, IClassFixture<AzuriteFixture>
{
    protected override ITableStore Store { get; } = new AzureTableStore(azurite.Server.ConnectionString);

    [Fact]
    public async Task AnotherStoreOnTheSameTableSeesEverything()
    {
        await PutAsync("a", "1");
        string etag = await ETagAsync("a");
        var other = new AzureTableStore(azurite.Server.ConnectionString);
        await other.WriteAsync([new(Partition, "a", "2", etag)], Stop);
        Assert.Equal("2", (await Store.GetAsync(Partition, "a", Stop))!.Json);
    }

    [Fact]
    public void AConnectionThatIsNoneIsToldWithoutBeingQuoted()
    {
        IOException refused = Assert.Throws<IOException>(() => new AzureTableStore("AccountKey=secret"));
        Assert.Contains("AzureWebJobsStorage", refused.Message);
        Assert.DoesNotContain("secret", refused.Message);
    }
}
