namespace Orchestra.Bench;

/// <summary>The most memory that the host had at any look.</summary>
internal sealed class MemoryPeak : IDisposable
{
    private readonly Timer _timer;
    private double _most;

    public MemoryPeak(HostProcess host, TimeSpan look) => _timer = new Timer(_ => _most = Math.Max(_most, host.Memory()), null, TimeSpan.Zero, look);

    public double Stop()
    {
        Dispose();
        return _most;
    }

    public void Dispose() => _timer.Dispose();
}
