using System.Globalization;
using System.Text;

namespace Orchestra.Functions.Events;

/// <summary>One client's server-sent events: the bytes of each event are those that all clients get.</summary>
internal sealed class EventStream(EventTail tail, Stream body)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    /// <summary>Everything behind a place that the query asks for, until <paramref name="stop"/>.</summary>
    public async Task SendAsync(EventQuery query, CancellationToken stop)
    {
        long after = query.After;
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
                        after = frame.Seq;
                        if (!query.Matches(frame.Logged.Event))
                            continue;
                        await body.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {frame.Seq}\ndata: ")), stop);
                        await body.WriteAsync(frame.Bytes, stop);
                        await body.WriteAsync("\n\n"u8.ToArray(), stop);
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
}
