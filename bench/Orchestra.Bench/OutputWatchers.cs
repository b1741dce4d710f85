using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;

namespace Orchestra.Bench;

/// <summary>Watchers of agents' output: web sockets that hear all of it, and followers of each session's output. They count lines and look at their order.</summary>
internal sealed class OutputWatchers(Uri address) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly ConcurrentDictionary<(string Watcher, string Session), LineCount> _counts = new();
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Lines in their order, per watcher and session.</summary>
    public IEnumerable<long> Lines => _counts.Values.Select(c => c.Lines);

    public int Counts => _counts.Count;

    /// <exception cref="InvalidOperationException">A watcher was dropped.</exception>
    public Task ThrowIfFailedAsync() => _running.FirstOrDefault(t => t.IsFaulted) ?? Task.CompletedTask;

    public async Task WatchSocketAsync(string name)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{address.Authority}/ws/teams"), _stop.Token);
        _running.Add(ReadSocketAsync(name, socket));
    }

    public void Follow(string name, string session) => _running.Add(FollowAsync(name, session));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_running);
        }
        catch (OperationCanceledException)
        {
            // As asked for; who failed before has been told of.
        }
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task FollowAsync(string name, string session)
    {
        LineCount count = CountOf(name, session);
        await using Stream stream = await _http.GetStreamAsync($"/api/teams/{session}/output?follow=true", _stop.Token);
        byte[] buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, _stop.Token)) > 0;)
            count.Add(buffer.AsSpan(0, read));
    }

    private async Task ReadSocketAsync(string name, ClientWebSocket socket)
    {
        using ClientWebSocket _ = socket;
        byte[] buffer = new byte[1024 * 1024];
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException($"{name} was dropped: {socket.CloseStatusDescription}");
            using JsonDocument message = JsonDocument.Parse(buffer.AsMemory(0, length));
            JsonElement root = message.RootElement;
            if (root.GetProperty("type").GetString() == "ping")
                await socket.SendAsync("""{"type":"pong"}"""u8.ToArray(), WebSocketMessageType.Text, true, _stop.Token);
            else if (root.TryGetProperty("event", out JsonElement e) && e.GetString() == "stdout")
                CountOf(name, root.GetProperty("session_id").GetString()!).Add(System.Text.Encoding.UTF8.GetBytes(root.GetProperty("data").GetString()!));
        }
    }

    private LineCount CountOf(string watcher, string session) => _counts.GetOrAdd((watcher, session), _ => new LineCount());

    /// <summary>Counts lines that begin with their number, as long as none is missing, doubled or out of order.</summary>
    private sealed class LineCount
    {
        private long _number;
        private bool _inNumber = true;
        private bool _wrong;

        public long Lines { get; private set; }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            foreach (byte b in bytes)
            {
                if (b == '\n')
                {
                    _wrong |= _number != Lines + 1;
                    if (!_wrong)
                        Lines++;
                    (_number, _inNumber) = (0, true);
                }
                else if (_inNumber && b is >= (byte)'0' and <= (byte)'9')
                {
                    _number = (_number * 10) + b - '0';
                }
                else
                {
                    _inNumber = false;
                }
            }
        }
    }
}
