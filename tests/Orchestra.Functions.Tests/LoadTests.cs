using System.Text;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Much output, odd output, and readers who are many, slow or absent. <c>./bench.sh agents</c> is the same in large, with the memory that it takes.</summary>
public sealed class LoadTests(HostFixture shared) : IClassFixture<HostFixture>
{
    private const int Agents = 4;
    private const int Lines = 3000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_watchers_of_several_agents_miss_nothing()
    {
        using TestRepository repository = TestRepository.Create();
        using SocketClient one = await SocketClient.ConnectAsync(shared.Address, "/ws/teams");
        using SocketClient two = await SocketClient.ConnectAsync(shared.Address, "/ws/teams");
        JsonObject[] agents = [.. Enumerable.Range(0, Agents).Select(n => OrchestraApi.Agent($"seq 1 {Lines} | sed 's/$/ of one agent among several, at work/'"))];
        string expected = string.Concat(Enumerable.Range(1, Lines).Select(i => $"{i} of one agent among several, at work\n"));

        string id = await shared.Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, agents));
        Task<Dictionary<string, string>> first = ReadAsync(one), second = ReadAsync(two);
        JsonNode[] sessions = [.. (await shared.Api.WaitAsync(id, p => p["sessions"]!.AsArray().Count == Agents))["sessions"]!.AsArray()!];
        string[] ids = [.. sessions.Select(s => (string)s["session_id"]!)];
        using var http = new HttpClient { BaseAddress = shared.Address, Timeout = Eventually.Patience };
        string[] followed = await Task.WhenAll(ids.Concat(ids).Select(s => http.GetStringAsync($"/api/teams/{s}/output?follow=true", Cancel)));

        Assert.All(followed, text => Assert.Equal(expected, text));
        foreach (Dictionary<string, string> told in new[] { await first, await second })
            Assert.All(ids, s => Assert.Equal(expected, told[s]));
        await shared.Api.WaitForEndAsync(id);
    }

    [Fact]
    public async Task Readers_that_do_not_read_slow_no_agent_and_lose_nothing()
    {
        const int Size = 12_000_000;
        using TestRepository repository = TestRepository.Create();
        string gate = Path.Combine(repository.Root, "go");
        using SocketClient absent = await SocketClient.ConnectAsync(shared.Address, "/ws/teams");
        string id = await shared.Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent($"until test -f '{gate}'; do sleep 0.02; done; yes 'a line of output' 2>/dev/null | head -c {Size}")));
        JsonObject project = await shared.Api.WaitAsync(id, p => p["sessions"]!.AsArray().Count == 1);
        string session = (string)project["sessions"]![0]!["session_id"]!;
        using var http = new HttpClient { BaseAddress = shared.Address, Timeout = Eventually.Patience };
        using HttpResponseMessage slow = await http.GetAsync($"/api/teams/{session}/output?follow=true", HttpCompletionOption.ResponseHeadersRead, Cancel);
        await File.WriteAllTextAsync(gate, "", Cancel);

        // More than any buffer between us holds, and not a byte of it is taken before the end.
        await shared.Api.WaitForEndAsync(id);

        Assert.Equal(Size, (await slow.Content.ReadAsByteArrayAsync(Cancel)).Length);
    }

    [Fact]
    public async Task Output_of_any_bytes_comes_as_it_is()
    {
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        bytes = [.. "\0"u8, .. bytes.Select(b => b == (byte)'\n' ? (byte)0xFF : b), .. "\nend without a line feed "u8, 0xC3];
        using TestRepository repository = TestRepository.Create();
        string blob = Path.Combine(repository.Root, "blob");
        await File.WriteAllBytesAsync(blob, bytes, Cancel);
        using SocketClient socket = await SocketClient.ConnectAsync(shared.Address, "/ws/teams");
        Task<Dictionary<string, string>> told = ReadAsync(socket, sessions: 1);
        JsonObject project = await shared.Api.WaitForEndAsync(await shared.Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent($"cat '{blob}'"))));
        string session = (string)project["sessions"]![0]!["session_id"]!;

        using var http = new HttpClient { BaseAddress = shared.Address, Timeout = Eventually.Patience };
        Assert.Equal(bytes, await http.GetByteArrayAsync($"/api/teams/{session}/output", Cancel));
        Assert.Equal(bytes, await http.GetByteArrayAsync($"/api/teams/{session}/output?follow=true", Cancel));
        Assert.Contains("\nend without a line feed ", (await told)[session]);
    }

    /// <summary>What a socket tells of each session, until so many have ended.</summary>
    private static async Task<Dictionary<string, string>> ReadAsync(SocketClient socket, int sessions = Agents)
    {
        var texts = new Dictionary<string, StringBuilder>(StringComparer.Ordinal);
        for (int ended = 0; ended < sessions;)
        {
            JsonObject message = await socket.NextAsync() ?? throw new InvalidOperationException("The host closed the socket.");
            string session = (string)message["session_id"]!;
            if ((string?)message["event"] == "stdout")
                (texts.TryGetValue(session, out StringBuilder? text) ? text : texts[session] = new StringBuilder()).Append((string)message["data"]!);
            if ((string?)message["event"] == "completed")
                ended++;
        }

        return texts.ToDictionary(t => t.Key, t => t.Value.ToString(), StringComparer.Ordinal);
    }
}
