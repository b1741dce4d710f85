using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>Holds messages until they are due: never early, and soon after.</summary>
internal sealed class TimerQueue : IDisposable
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(12);

    private readonly Lock gate = new();
    private readonly PriorityQueue<Message, (long At, long Seq)> queue = new();
    private readonly TimeProvider time;
    private readonly Action<Message> deliver;
    private readonly ITimer timer;
    private long armedFor = long.MaxValue;
    private bool closed;

    public TimerQueue(TimeProvider time, Action<Message> deliver)
    {
        this.time = time;
        this.deliver = deliver;
        timer = time.CreateTimer(static state => ((TimerQueue)state!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(Message message)
    {
        lock (gate)
        {
            queue.Enqueue(message, (message.VisibleAt, message.Seq));
            if (message.VisibleAt < armedFor)
                Arm();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            queue.Clear();
        }

        timer.Dispose();
    }

    private void OnTick()
    {
        var due = new List<Message>();
        lock (gate)
        {
            long now = time.GetUtcNow().UtcTicks;
            while (queue.TryPeek(out Message? next, out (long At, long Seq) key) && key.At <= now)
            {
                queue.Dequeue();
                due.Add(next);
            }

            Arm();
        }

        foreach (Message message in due)
            deliver(message);
    }

    /// <summary>Rounded up to whole milliseconds, the clock's grain, so that it does not tick just before the time.</summary>
    private void Arm()
    {
        if (closed)
            return;
        if (!queue.TryPeek(out _, out (long At, long Seq) key))
        {
            armedFor = long.MaxValue;
            return;
        }

        armedFor = key.At;
        long wait = Math.Max(0, key.At - time.GetUtcNow().UtcTicks);
        TimeSpan sleep = TimeSpan.FromMilliseconds(Math.Ceiling(wait / (double)TimeSpan.TicksPerMillisecond));
        timer.Change(sleep > LongestSleep ? LongestSleep : sleep, Timeout.InfiniteTimeSpan);
    }
}
