using System.Collections.Concurrent;

namespace Orchestra.DurableTask.Engine;

/// <summary>Wakes those who wait for an instance to change, so that nobody has to poll for what happens in this process.</summary>
internal sealed class Signals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    /// <summary>Completes at the instance's next change. Take it before reading the state.</summary>
    public Task Next(string instanceId)
        => waiting.GetOrAdd(instanceId, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Changed(string instanceId)
    {
        if (waiting.TryRemove(instanceId, out TaskCompletionSource? source))
            source.TrySetResult();
    }

    /// <summary>Something changed that this process did not do.</summary>
    public void ChangedElsewhere()
    {
        foreach (string instanceId in waiting.Keys)
            Changed(instanceId);
    }
}
