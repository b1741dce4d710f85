using System.Net.WebSockets;
using Orchestra.Functions.Events;

namespace Orchestra.Functions.Sockets;

/// <summary>One client of one channel: sends what the log has behind its place, pings, and hears whether it is still there.</summary>
internal sealed class EventSocket(WebSocket socket, string channel, EventTail tail, SocketLimits limits) : IDisposable
{
    private static readonly byte[] Ping = """{"type":"ping"}"""u8.ToArray();
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim sending = new(1, 1);
    private long heard;

    /// <param name="after">The number behind which the client wants to go on.</param>
    /// <returns>Why it ended, for the log.</returns>
    /// <param name="first">The oldest number that there is.</param>
    public async Task<string> RunAsync(long after, long first, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<string>[] parts = [ReceiveAsync(end.Token), SendEventsAsync(after, first, end.Token), BeatAsync(end.Token)];
        string reason = await await Task.WhenAny(parts);
        await CloseAsync(stop.IsCancellationRequested ? "The host stops." : reason);
        // The client's own farewell; without waiting for it the connection would be reset and ours be lost.
        await Task.WhenAny(parts[0], Task.Delay(Farewell, CancellationToken.None));
        await end.CancelAsync();
        await ((Task)Task.WhenAll(parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return reason;
    }

    public void Dispose() => sending.Dispose();

    private async Task<string> SendEventsAsync(long after, long first, CancellationToken cancellationToken)
    {
        const string NotAccepted = "Too slow: a message was not accepted in time.";
        try
        {
            if (EventGap.Between(after, first) is { } gap)
            {
                if (!await SendAsync(gap.Bytes(), cancellationToken))
                    return NotAccepted;
                after = gap.Seq;
            }

            while (true)
            {
                foreach (EventFrame frame in await tail.NextAsync(after, cancellationToken))
                {
                    // Pruned while the client was behind.
                    if (EventGap.Between(after, frame.Seq) is { } pruned && !await SendAsync(pruned.Bytes(), cancellationToken))
                        return NotAccepted;
                    after = frame.Seq;
                    if (frame.Channel == channel && !await SendAsync(frame.Bytes, cancellationToken))
                        return NotAccepted;
                    if (tail.Last - after > limits.MaxBehind)
                        return "Too slow: too many events behind.";
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            return "Closed.";
        }
    }

    private async Task<string> BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(limits.PingEvery);
            long before = -1;
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                long now = Volatile.Read(ref heard);
                if (now == before)
                    return "No pong.";
                before = now;
                if (!await SendAsync(Ping, cancellationToken))
                    return "Too slow: a ping was not accepted in time.";
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // Another part ended the socket.
        }

        return "Closed.";
    }

    /// <summary>Anything that a client says shows that it is there; what it says is not needed.</summary>
    private async Task<string> ReceiveAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
                Interlocked.Increment(ref heard);
            return "The client closed.";
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            return "The client is gone.";
        }
    }

    /// <returns>False when the client did not take it in time; the socket is then of no more use.</returns>
    private async Task<bool> SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(limits.SendWithin);
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task CloseAsync(string reason)
    {
        using var limit = new CancellationTokenSource(Farewell);
        try
        {
            await sending.WaitAsync(limit.Token);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, reason, limit.Token);
            sending.Release();
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // It does not even take the farewell.
            socket.Abort();
        }
    }
}
