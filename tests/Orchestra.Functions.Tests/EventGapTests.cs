using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Core;
using Orchestra.Core.Events;

namespace Orchestra.Functions.Tests;

/// <summary>Who comes back for events that retention has taken away is told so, and goes on with those that are there.</summary>
public sealed class EventGapTests : IAsyncLifetime
{
    private static readonly string Project = Ids.At(DateTimeOffset.UnixEpoch, "00000a");
    private HostSetup host = null!;
    private OrchestraApi api = null!;
    private long first;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await HostSetup.StartAsync();
        api = new OrchestraApi(host.Address);
        EventLog log = host.Services.GetRequiredService<EventLog>();
        await log.AppendAsync([.. Enumerable.Range(1, 20).Select(i => NewEvent.Of(
            i == 11 ? $"project/{Project}/0" : $"k{i}", EventChannels.Gm, EventTypes.GmProgress, EventNames.PhaseChange, i > 10 ? Project : null, null, DateTime.UtcNow, new { Number = i }))], Cancel);
        await log.PruneAsync(e => Task.FromResult(e.ProjectId is not null), Cancel);
        first = await log.FirstAsync(Cancel);
        Assert.True(first > 10);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_long_poll_has_a_gap_only_where_events_are_missing()
    {
        JsonNode behind = (await api.GetAsync("/api/events?after=3")).Body;
        Assert.Equal($$"""{"after":3,"first":{{first}}}""", behind["gap"]!.ToJsonString());
        Assert.Equal(first, (long)behind["events"]![0]!["seq"]!);
        Assert.Null((await api.GetAsync("/api/events")).Body["gap"]);
        Assert.Null((await api.GetAsync($"/api/events?after={first - 1}")).Body["gap"]);
        // All that there ever was of the project is there.
        Assert.Null((await api.GetAsync($"/api/events?after=3&project={Project}")).Body["gap"]);
    }

    [Theory]
    [InlineData("?after=3", null)]
    [InlineData("", "3")]
    public async Task A_stream_begins_with_a_gap_event(string query, string? lastEventId)
    {
        string[] lines = await StreamAsync(query, lastEventId);
        Assert.Equal(["event: gap", $"id: {first - 1}", $$"""data: {"type":"gap","seq":{{first - 1}},"after":3,"first":{{first}}}""", "", $"id: {first}"], lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_misses_nothing_begins_with_the_first_event(bool placed) =>
        Assert.Equal($"id: {first}", (await StreamAsync(placed ? $"?after={first - 1}" : "", null))[0]);

    [Fact]
    public async Task A_web_socket_begins_with_a_gap_message()
    {
        using SocketClient socket = await SocketClient.ConnectAsync(host.Address, "/ws/gm?after=3");
        Assert.Equal($$"""{"type":"gap","seq":{{first - 1}},"after":3,"first":{{first}}}""", (await socket.NextAsync())!.ToJsonString());
        Assert.Equal(first, (long)(await socket.NextAsync())!["seq"]!);
        using SocketClient other = await SocketClient.ConnectAsync(host.Address, $"/ws/gm?after={first - 1}");
        Assert.Equal(first, (long)(await other.NextAsync())!["seq"]!);
    }

    private async Task<string[]> StreamAsync(string query, string? lastEventId)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/events/stream{query}");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        var lines = new List<string>();
        while (lines.Count < 5)
            lines.Add((await reader.ReadLineAsync(Cancel))!);
        return [.. lines];
    }
}
