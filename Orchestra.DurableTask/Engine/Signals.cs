namespace Orchestra.DurableTask.Engine;

/// <summary>Wakes those who wait for an instance to change, so that nobody has to poll for what happens in this process.</summary>
internal sealed class Signals
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Change> waiting = new(StringComparer.Ordinal);

    /// <summary>How many instances somebody waits for.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return waiting.Count;
        }
    }

    /// <summary>Completes at the instance's next change. Take it before reading the state, and give it back when it is of no use any more.</summary>
    public Task Next(string instanceId)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(instanceId, out Change? change))
                waiting.Add(instanceId, change = new Change());
            change.Waiters++;
            return change.Task;
        }
    }

    /// <summary>The last one to give it back takes its entry along: instances that never change again must not pile up here.</summary>
    public void Release(string instanceId, Task next)
    {
        lock (gate)
        {
            if (waiting.TryGetValue(instanceId, out Change? change) && change.Task == next && --change.Waiters == 0)
                waiting.Remove(instanceId);
        }
    }

    public void Changed(string instanceId)
    {
        Change? change;
        lock (gate)
        {
            if (!waiting.Remove(instanceId, out change))
                return;
        }

        change.TrySetResult();
    }

    /// <summary>Something changed that this process did not do.</summary>
    public void ChangedElsewhere()
    {
        List<Change> changes;
        lock (gate)
        {
            changes = [.. waiting.Values];
            waiting.Clear();
        }

        foreach (Change change in changes)
            change.TrySetResult();
    }

    private sealed class Change() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Waiters { get; set; }
    }
}
