using System.Collections;
using Microsoft.Azure.Functions.Worker;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The typed bag that middleware shares with the host during one invocation.</summary>
internal sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> items = [];

    public void Set<T>(T instance)
    {
        if (instance is null)
            items.Remove(typeof(T));
        else
            items[typeof(T)] = instance;
    }

    public T? Get<T>() => items.TryGetValue(typeof(T), out object? value) ? (T)value : default;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
