using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>Waiters and buffered events by name. The newest waiter is served first; events without a waiter are kept in order.</summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, List<Waiter>> waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<JournalEvent> buffer = [];

    public bool HasWaiters => waiters.Values.Any(list => list.Count > 0);

    /// <summary>Events nobody has asked for, in order of arrival.</summary>
    public IReadOnlyList<JournalEvent> Unclaimed => buffer;

    public Task<T> Wait<T>(string name, Func<string?, T> read, Action<CancellationToken, Action> onCancel, CancellationToken cancellation)
    {
        int found = buffer.FindIndex(entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase));
        if (found >= 0)
        {
            string? data = buffer[found].Data;
            buffer.RemoveAt(found);
            return Task.FromResult(read(data));
        }

        if (!waiters.TryGetValue(name, out List<Waiter>? list))
            waiters.Add(name, list = []);
        if (list.Count > 0 && list[^1].Type != typeof(T))
        {
            throw new ArgumentException(
                $"Events with the same name must have the same type argument. Expected {list[^1].Type.FullName} but was requested {typeof(T).FullName}.");
        }

        var source = new TaskCompletionSource<T>();
        var waiter = new Waiter(typeof(T), data => source.TrySetResult(read(data)));
        list.Add(waiter);

        // A cancelled waiter leaves at once, so that it cannot swallow an event.
        onCancel(cancellation, () =>
        {
            list.Remove(waiter);
            source.TrySetCanceled(cancellation);
        });
        return source.Task;
    }

    public void Raise(JournalEvent raised)
    {
        if (waiters.TryGetValue(raised.Name ?? "", out List<Waiter>? list) && list.Count > 0)
        {
            Waiter newest = list[^1];
            list.RemoveAt(list.Count - 1);
            newest.Deliver(raised.Data);
        }
        else
        {
            buffer.Add(raised);
        }
    }

    private sealed record Waiter(Type Type, Action<string?> Deliver);
}
