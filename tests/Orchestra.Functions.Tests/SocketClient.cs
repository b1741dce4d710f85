using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Orchestra.Functions.Tests;

/// <summary>A web socket as a dashboard has one: reads messages, answers pings unless told to be silent.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly byte[] buffer = new byte[1024 * 1024];

    public int Pings { get; private set; }

    public bool Silent { get; init; }

    public WebSocketState State => socket.State;

    public static async Task<SocketClient> ConnectAsync(Uri host, string path, bool silent = false, params (string Name, string Value)[] headers)
    {
        var client = new SocketClient { Silent = silent };
        foreach ((string name, string value) in headers)
            client.socket.Options.SetRequestHeader(name, value);
        await client.socket.ConnectAsync(new Uri($"ws://{host.Authority}{path}"), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>The next message that is no ping; null when the server closed.</summary>
    public async Task<JsonObject?> NextAsync()
    {
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), TestContext.Current.CancellationToken);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            var message = (JsonObject)JsonNode.Parse(buffer.AsSpan(0, length))!;
            if ((string?)message["type"] != "ping")
                return message;
            Pings++;
            if (!Silent)
                await SayAsync("""{"type":"pong"}""");
        }
    }

    public async Task<List<JsonObject>> UntilAsync(Func<JsonObject, bool> last)
    {
        var messages = new List<JsonObject>();
        do
            messages.Add(await NextAsync() ?? throw new InvalidOperationException($"Closed after {messages.Count} messages."));
        while (!last(messages[^1]));
        return messages;
    }

    public Task SayAsync(string text) =>
        socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    public void Dispose() => socket.Dispose();
}
