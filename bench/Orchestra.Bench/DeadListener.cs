using System.Net.WebSockets;
using System.Text.Json;

namespace Orchestra.Bench;

/// <summary>A web socket that nobody reads until it is dropped; then it is seen what came, and up to which number.</summary>
internal sealed class DeadListener(ClientWebSocket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[1024 * 1024];

    /// <summary>The number of the last whole message.</summary>
    public long Last { get; private set; }

    /// <summary>Reads to the end of the connection.</summary>
    /// <returns>Lines of output.</returns>
    /// <exception cref="InvalidOperationException">The host did not drop it.</exception>
    public async Task<long> DrainAsync(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        long lines = 0;
        try
        {
            while (await NextAsync(patience.Token) is { } more)
                lines += more;
        }
        catch (WebSocketException)
        {
            // Cut off in the middle of a message.
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new InvalidOperationException("A client that never read was not dropped.");
        }

        return lines;
    }

    /// <summary>Reads until so many lines are there.</summary>
    public async Task<long> HearAsync(long expected, CancellationToken stop)
    {
        long lines = 0;
        while (lines < expected && await NextAsync(stop) is { } more)
            lines += more;
        return lines;
    }

    public void Dispose() => socket.Dispose();

    /// <returns>The lines of a message's output; null when the host closed.</returns>
    private async Task<long?> NextAsync(CancellationToken stop)
    {
        int length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(_buffer.AsMemory(length), stop);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
        }
        while (!part.EndOfMessage);
        using JsonDocument message = JsonDocument.Parse(_buffer.AsMemory(0, length));
        JsonElement root = message.RootElement;
        if (root.TryGetProperty("seq", out JsonElement seq))
            Last = seq.GetInt64();
        return root.TryGetProperty("event", out JsonElement name) && name.GetString() == "stdout" ? root.GetProperty("data").GetString()!.LongCount(c => c == '\n') : 0;
    }
}
