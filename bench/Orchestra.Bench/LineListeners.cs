using System.Net.WebSockets;
using System.Text;

namespace Orchestra.Bench;

/// <summary>Clients that hear all output and only count its lines: what they do themselves must cost little beside what is measured.</summary>
internal sealed class LineListeners(Uri address) : IAsyncDisposable
{
    private const string Streamed = "api/events/stream?types=stdout";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Listener> _listeners = [];
    private readonly List<DeadListener> _dead = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    public IEnumerable<long> Lines => _listeners.Select(l => Volatile.Read(ref l.Lines));

    /// <exception cref="InvalidOperationException">A client was dropped.</exception>
    public void ThrowIfFailed()
    {
        if (_listeners.FirstOrDefault(l => l.Running.IsCompleted) is { } ended)
            throw new InvalidOperationException($"A client was dropped after {ended.Lines} lines.", ended.Running.Exception);
    }

    public async Task AddSocketAsync()
    {
        ClientWebSocket socket = await ConnectAsync();
        Add(async (listener, buffer) =>
        {
            using ClientWebSocket _ = socket;
            while (true)
            {
                ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(), _stop.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                ReadOnlyMemory<byte> text = buffer.AsMemory(0, part.Count);
                if (text.Span.StartsWith("{\"type\":\"ping\"}"u8))
                    await socket.SendAsync("{\"type\":\"pong\"}"u8.ToArray(), WebSocketMessageType.Text, true, _stop.Token);
                listener.Count(text.Span);
            }
        });
    }

    public async Task AddStreamAsync()
    {
        Stream stream = await _http.GetStreamAsync(Streamed, _stop.Token);
        Add(async (listener, buffer) =>
        {
            await using Stream _ = stream;
            for (int read; (read = await stream.ReadAsync(buffer, _stop.Token)) > 0;)
                listener.Count(buffer.AsSpan(0, read));
        });
    }

    /// <summary>One that connects and never reads.</summary>
    public async Task AddDeadAsync() => _dead.Add(new DeadListener(await ConnectAsync()));

    /// <summary>Those that never read take what the host still sent them and go on behind it, as a client does that was dropped.</summary>
    /// <returns>Lines that each had of the first connection, and of both.</returns>
    public async Task<IReadOnlyList<(long First, long All)>> ResumeDeadAsync(long expected)
    {
        var heard = new List<(long, long)>();
        foreach (DeadListener dead in _dead)
        {
            long first = await dead.DrainAsync(_stop.Token);
            using var again = new DeadListener(await ConnectAsync(dead.Last));
            heard.Add((first, first + await again.HearAsync(expected - first, _stop.Token)));
        }

        return heard;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Task.WhenAll(_listeners.Select(l => l.Running))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _dead.ForEach(d => d.Dispose());
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task<ClientWebSocket> ConnectAsync(long? after = null)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{address.Authority}/ws/teams{(after is null ? "" : $"?after={after}")}"), _stop.Token);
        return socket;
    }

    private void Add(Func<Listener, byte[], Task> read)
    {
        var listener = new Listener();
        listener.Running = read(listener, new byte[64 * 1024]);
        _listeners.Add(listener);
    }

    private sealed class Listener
    {
        // The end of a line within a JSON text, which no other text of the messages has.
        private static readonly byte[] End = Encoding.ASCII.GetBytes("do\\n");

        private int _matched;

        public long Lines;

        public Task Running { get; set; } = Task.CompletedTask;

        public void Count(ReadOnlySpan<byte> text)
        {
            long lines = Lines;
            // What a former piece began.
            for (; _matched > 0 && text.Length > 0; text = text[1..])
            {
                _matched = text[0] == End[_matched] ? _matched + 1 : 0;
                if (_matched == End.Length)
                {
                    lines++;
                    _matched = 0;
                }
                else if (_matched == 0)
                {
                    break;
                }
            }

            // A piece may end before what a former one began has ended.
            if (_matched == 0)
            {
                lines += Whole(text);
                _matched = text.EndsWith("do\\"u8) ? 3 : text.EndsWith("do"u8) ? 2 : text.EndsWith("d"u8) ? 1 : 0;
            }

            Volatile.Write(ref Lines, lines);
        }

        private static long Whole(ReadOnlySpan<byte> text)
        {
            long lines = 0;
            for (int at; (at = text.IndexOf(End)) >= 0; text = text[(at + End.Length)..])
                lines++;
            return lines;
        }
    }
}
