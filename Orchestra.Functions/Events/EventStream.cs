using System.Globalization;
using System.Text;

namespace Orchestra.Functions.Events;

/// <summary>One client's server-sent events: the bytes of each event are those that all clients get.</summary>
internal sealed class EventStream(EventTail tail, Stream body)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    /// <summary>Everything behind a place that the query asks for, until <paramref name="stop"/>.</summary>
    /// <param name="first">The oldest number that there is.</param>
    public async Task SendAsync(EventQuery query, long first, CancellationToken stop)
    {
        long after = query.After;
        async Task LookForGapAsync(long first)
        {
            if (EventGap.Between(after, first) is not { } gap)
                return;
            await WriteAsync("event: gap\n", gap.Seq, gap.Bytes(), stop);
            after = gap.Seq;
        }

        await LookForGapAsync(first);
        await body.FlushAsync(stop);
        while (true)
        {
            using var beat = CancellationTokenSource.CreateLinkedTokenSource(stop);
            beat.CancelAfter(Beat);
            try
            {
                // What is not for this client is no sign of life for it.
                for (bool sent = false; !sent;)
                {
                    foreach (EventFrame frame in await tail.NextAsync(after, beat.Token))
                    {
                        // Pruned while the client was behind.
                        await LookForGapAsync(frame.Seq);
                        after = frame.Seq;
                        if (!query.Matches(frame.Logged.Event))
                            continue;
                        await WriteAsync("", frame.Seq, frame.Bytes, stop);
                        sent = true;
                    }
                }
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                await body.WriteAsync(": still here\n\n"u8.ToArray(), stop);
            }

            await body.FlushAsync(stop);
        }
    }

    private async Task WriteAsync(string name, long seq, ReadOnlyMemory<byte> data, CancellationToken stop)
    {
        await body.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}id: {seq}\ndata: ")), stop);
        await body.WriteAsync(data, stop);
        await body.WriteAsync("\n\n"u8.ToArray(), stop);
    }
}
