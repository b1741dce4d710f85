using System.Net;
using Azure.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Storage.AzureTables;
using Orchestra.Testing;

namespace Orchestra.Storage.Tests;

/// <summary>What a server does on a bad day: it throttles, loses answers, goes away and comes back.</summary>
public sealed class AzureFaultTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Partition = "faults";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task AThrottledCallIsTriedAgain(HttpStatusCode answer)
    {
        using var faults = new Faults();
        AzureTableStore store = Open(faults);
        string row = $"throttled-{answer}";
        faults.Refuse(2, answer);
        await store.WriteAsync([new(Partition, row, "1", TableWrite.Absent)], Stop);
        faults.Refuse(2, answer);
        Assert.Equal("1", (await store.GetAsync(Partition, row, Stop))!.Json);
    }

    [Fact]
    public async Task AThrottledCallIsNotTriedForEver()
    {
        using var faults = new Faults();
        AzureTableStore store = Open(faults);
        faults.Refuse(1000, HttpStatusCode.ServiceUnavailable);
        await Assert.ThrowsAsync<Azure.RequestFailedException>(() => store.WriteAsync([new(Partition, "never", "1")], Stop));
        Assert.InRange(faults.Left, 990, 997);
    }

    [Fact]
    public async Task AWriteWhoseAnswerGotLostIsNotTakenForAnothers()
    {
        using var faults = new Faults();
        AzureTableStore store = Open(faults);
        faults.LoseAnswers(1);
        await store.WriteAsync([new(Partition, "lost", "1", TableWrite.Absent)], Stop);
        TableRow row = (await store.GetAsync(Partition, "lost", Stop))!;
        faults.LoseAnswers(1);
        await store.WriteAsync([new(Partition, "lost", "2", row.ETag), new(Partition, "lost-too", "2")], Stop);
        Assert.Equal("2", (await store.GetAsync(Partition, "lost", Stop))!.Json);
        await Assert.ThrowsAsync<TableConflictException>(() => store.WriteAsync([new(Partition, "lost", "3", row.ETag)], Stop));
    }

    [Fact]
    public async Task AServerThatEndsAndComesBackLosesNothing()
    {
        await using AzuriteServer server = await AzuriteServer.StartNewAsync();
        var store = new AzureTableStore(server.ConnectionString, configure: o => (o.Retry.MaxRetries, o.Retry.MaxDelay) = (60, TimeSpan.FromMilliseconds(500)));
        await store.WriteAsync([new(Partition, "before", "1")], Stop);

        // Somebody writes all the time, also while there is no server.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        int acknowledged = 0;
        Task writer = Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    await store.WriteAsync([new(Partition, $"row/{acknowledged:00000}", "{}", TableWrite.Absent)], Stop);
                    Interlocked.Increment(ref acknowledged);
                }
            },
            Stop);
        for (int restart = 0; restart < 2; restart++)
        {
            await server.StopAsync();
            await server.StartAsync();
            Assert.Equal("1", (await store.GetAsync(Partition, "before", Stop))!.Json);
        }

        await enough.CancelAsync();
        await writer;
        Assert.True(acknowledged > 0);
        Assert.Equal(acknowledged, (await store.QueryAsync(Partition, prefix: "row/", limit: int.MaxValue, cancellationToken: Stop)).Count);
    }

    [Fact]
    public async Task WhatAKilledServerHadSavedIsReadAsItWas()
    {
        await using AzuriteServer server = await AzuriteServer.StartNewAsync();
        var store = new AzureTableStore(server.ConnectionString);
        string big = '"' + new string('x', 500_000) + '"';
        await store.WriteAsync([new(Partition, "big", big), new(Partition, "marked", "\"saved-before-the-kill\"")], Stop);
        string etag = (await store.GetAsync(Partition, "marked", Stop))!.ETag;
        await server.KillAsync("saved-before-the-kill");
        await server.StartAsync();
        Assert.Equal(big, (await store.GetAsync(Partition, "big", Stop))!.Json);
        await store.WriteAsync([new(Partition, "marked", "2", etag)], Stop);
        await Assert.ThrowsAsync<TableConflictException>(() => store.WriteAsync([new(Partition, "marked", "3", etag)], Stop));
    }

    [Fact]
    public void AServerThatIsNotThereIsToldSo()
    {
        string nobody = $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:{FreePort.Next()}/a;";
        IOException refused = Assert.Throws<IOException>(() => new AzureTableStore(nobody, configure: o => o.Retry.MaxRetries = 0));
        Assert.Contains("AzureWebJobsStorage", refused.Message);
        Assert.DoesNotContain("YQ==", refused.Message);
    }

    private AzureTableStore Open(Faults faults) => new(azurite.Server.ConnectionString, configure: options =>
    {
        options.Transport = new HttpClientTransport(new HttpClient(faults, disposeHandler: false));
        options.Retry.Delay = options.Retry.MaxDelay = TimeSpan.FromMilliseconds(1);
    });
}
