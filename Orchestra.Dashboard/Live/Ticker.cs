namespace Orchestra.Dashboard.Live;

/// <summary>One clock for all relative times that are shown: it ticks only while there are some.</summary>
public sealed class Ticker(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private readonly Lock access = new();
    private readonly HashSet<Action> shown = [];
    private ITimer? timer;

    public DateTime Now => time.GetUtcNow().UtcDateTime;

    public void Add(Action tick)
    {
        lock (access)
        {
            shown.Add(tick);
            timer ??= time.CreateTimer(_ => Tick(), null, Every, Every);
        }
    }

    public void Remove(Action tick)
    {
        lock (access)
        {
            shown.Remove(tick);
            if (shown.Count > 0)
                return;
            timer?.Dispose();
            timer = null;
        }
    }

    public void Dispose() => timer?.Dispose();

    private void Tick()
    {
        Action[] all;
        lock (access)
            all = [.. shown];
        foreach (Action tick in all)
            tick();
    }
}
