using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Core.Events;
using Orchestra.Functions.Sockets;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>The web socket channels over real connections: messages, resuming, pings, who may connect, slow clients.</summary>
public sealed class SocketTests(HostFixture shared) : IClassFixture<HostFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Channels_tell_a_project_and_a_client_that_comes_back_misses_nothing()
    {
        using TestRepository repository = TestRepository.Create();
        using SocketClient gm = await SocketClient.ConnectAsync(shared.Address, "/ws/gm");
        using SocketClient teams = await SocketClient.ConnectAsync(shared.Address, "/ws/teams");
        using SocketClient status = await SocketClient.ConnectAsync(shared.Address, "/ws/status");
        string id = await shared.Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > y"), OrchestraApi.Agent("echo x > z")));
        List<JsonObject> first = await gm.UntilAsync(m => Is(m, "agent_launched"));
        gm.Dispose();
        await shared.Api.WaitForEndAsync(id);
        using SocketClient again = await SocketClient.ConnectAsync(shared.Address, $"/ws/gm?after={first[^1]["seq"]}");
        List<JsonObject> told = [.. first, .. await again.UntilAsync(m => Is(m, "project_completed"))];

        Assert.All(told, m => Assert.Equal("gm_progress", (string)m["type"]!));
        JsonNode logged = (await shared.Api.GetAsync($"/api/events?project={id}&types=gm_progress&wait=5")).Body["events"]!;
        Assert.Equal(logged.AsArray().Select(e => e!.ToJsonString()), told.Where(m => (string)m["project_id"]! == id).Select(m => m.ToJsonString()));

        List<JsonObject> team = await teams.UntilAsync(m => Is(m, "completed"));
        Assert.Equal("new_team_session", (string)team[0]["type"]!);
        Assert.Equal("feature-dev", (string)team[0]["data"]!["team_name"]!);
        string launched = (string)team[0]["session_id"]!;
        Assert.Equal((launched, $"team/{launched}"), ((string)team[0]["data"]!["id"]!, (string)team[0]["data"]!["branch_name"]!));
        Assert.Contains(team, m => Is(m, "started"));
        JsonObject execution = (await status.NextAsync())!;
        Assert.Equal("new_execution", (string)execution["type"]!);
        Assert.Equal("command", (string)execution["data"]!["global_client_mode"]!);
        Assert.True(execution["data"]!.AsObject().ContainsKey("filename"));
        Assert.Equal((id, 2, 2), ((string)execution["data"]!["id"]!, (int)execution["data"]!["agent_count"]!, (int)execution["data"]!["success_count"]!));
    }

    [Fact]
    public async Task Logs_are_bare_objects_with_a_number()
    {
        using TestRepository repository = TestRepository.Create();
        using SocketClient logs = await SocketClient.ConnectAsync(shared.Address, "/ws/logs");
        string id = await shared.Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("true")));
        JsonObject line = (await logs.UntilAsync(m => ((string)m["message"]!).Contains(id, StringComparison.Ordinal) && ((string)m["message"]!).Contains("ended", StringComparison.Ordinal)))[^1];
        Assert.Equal("info", (string)line["level"]!);
        Assert.Equal("ProjectOrchestrator", (string)line["source"]!);
        Assert.NotNull(line["timestamp"]);
        Assert.True((long)line["seq"]! > 0);
        await shared.Api.WaitForEndAsync(id);
    }

    [Fact]
    public async Task Who_answers_pings_stays_and_who_is_silent_is_dropped()
    {
        await using HostSetup host = await HostSetup.StartAsync("Orchestra:Sockets:PingSeconds=2");
        using SocketClient alive = await SocketClient.ConnectAsync(host.Address, "/ws/gm");
        using SocketClient silent = await SocketClient.ConnectAsync(host.Address, "/ws/gm", silent: true);
        Task<JsonObject?> answering = alive.NextAsync();
        Assert.Null(await silent.NextAsync());
        Assert.InRange(silent.Pings, 1, 2);
        await Eventually.TrueAsync(() => alive.Pings >= 3, () => "No pings.");
        Assert.False(answering.IsCompleted);
        await host.Services.GetRequiredService<EventLog>().AppendAsync([Event("one", 1)], Cancel);
        Assert.Equal("test", (string)(await answering)!["event"]!);
    }

    [Theory]
    [InlineData("/ws/gm", "Origin", "https://evil.example")]
    [InlineData("/ws/teams", "Host", "rebound.example")]
    [InlineData("/ws/logs", "Sec-Nothing", "x")]
    public async Task Strangers_get_no_socket(string path, string header, string value)
    {
        await using HostSetup host = await HostSetup.StartAsync("ORCHESTRA_API_KEYS=ann:read:read-key-0123456789");
        string key = header.StartsWith("Sec", StringComparison.Ordinal) ? "" : "?code=read-key-0123456789";
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.ConnectAsync(host.Address, path + key, false, (header, value)));
        using SocketClient known = await SocketClient.ConnectAsync(host.Address, $"{path}?code=read-key-0123456789", false, ("Origin", $"http://{host.Address.Authority}"));
        Assert.Equal(WebSocketState.Open, known.State);
    }

    [Theory]
    [InlineData("/ws/gm", 426, "Upgrade")]
    [InlineData("/ws/GM?after=1", 426, "Upgrade")]
    public async Task An_ordinary_request_is_told_that_this_is_a_socket(string path, int status, string field)
    {
        var answer = await shared.Api.GetAsync(path);
        Assert.Equal((status, field), ((int)answer.Status, (string)answer.Body["field"]!));
    }

    [Fact]
    public async Task A_bad_place_is_refused() =>
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.ConnectAsync(shared.Address, "/ws/gm?after=x"));

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_and_slows_nobody()
    {
        await using HostSetup host = await HostSetup.StartAsync("Orchestra:Sockets:SendSeconds=5");
        EventLog log = host.Services.GetRequiredService<EventLog>();
        using SocketClient stuck = await SocketClient.ConnectAsync(host.Address, "/ws/gm?after=0");
        using SocketClient live = await SocketClient.ConnectAsync(host.Address, "/ws/gm?after=0");
        Task<List<JsonObject>> reading = live.UntilAsync(m => (string)m["session_id"]! == "last");
        for (int i = 0; i < 400; i++)
            await log.AppendAsync([Event(i == 399 ? "last" : $"{i}", 60_000)], Cancel);
        Assert.Equal(400, (await reading).Count);
        SocketCount sockets = host.Services.GetRequiredService<SocketCount>();
        await Eventually.TrueAsync(() => sockets.Open == 1, () => "The client that does not read is still served.");

        // It reads what lies in the buffers and finds the end; from the last number that it saw it can go on.
        long seen = 0;
        int count = 0;
        try
        {
            while (await stuck.NextAsync() is { } message)
                (seen, count) = ((long)message["seq"]!, count + 1);
        }
        catch (WebSocketException)
        {
            // Cut off: it took nothing for too long.
        }

        Assert.InRange(count, 0, 399);
        using SocketClient again = await SocketClient.ConnectAsync(host.Address, $"/ws/gm?after={seen}");
        Assert.Equal(400 - count, (await again.UntilAsync(m => (string)m["session_id"]! == "last")).Count);
    }

    [Fact]
    public async Task Two_hundred_clients_all_get_everything()
    {
        await using HostSetup host = await HostSetup.StartAsync();
        EventLog log = host.Services.GetRequiredService<EventLog>();
        SocketClient[] clients = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => SocketClient.ConnectAsync(host.Address, "/ws/gm?after=0")));
        Task<List<JsonObject>>[] reading = [.. clients.Select(c => c.UntilAsync(m => (string)m["session_id"]! == "last"))];
        for (int i = 0; i < 100; i++)
            await log.AppendAsync([Event(i == 99 ? "last" : $"{i}", 500)], Cancel);
        foreach (List<JsonObject> messages in await Task.WhenAll(reading))
            Assert.Equal(100, messages.Count);
        foreach (SocketClient client in clients)
            client.Dispose();
    }

    private static NewEvent Event(string id, int size) => NewEvent.Of(
        $"test/{id}", EventChannels.Gm, EventTypes.GmProgress, "test", null, id, DateTime.UnixEpoch, new { Filling = new string('x', size) });

    private static bool Is(JsonObject message, string name) => (string?)message["event"] == name;
}
