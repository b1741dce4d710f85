using Microsoft.AspNetCore.Components;

namespace Orchestra.Dashboard.Prerender;

/// <summary>Gives a page's first interactive sight what its prerendered one showed, so that nothing that was there goes away to be loaded again.</summary>
public sealed class Prerendered(PrerenderStore store)
{
    private readonly Dictionary<string, object> kept = new(StringComparer.Ordinal);
    private Dictionary<string, object> taken = [];
    private string? ticket;

    /// <summary>The framework asks for it when the page has been prerendered, and sets it when the circuit begins.</summary>
    [PersistentState]
    public string? Ticket
    {
        get => kept.Count == 0 ? null : ticket ??= store.Add(kept);
        set => taken = value is not null && store.Take(value) is { } data ? data : [];
    }

    /// <param name="name">Of the component and what it shows.</param>
    public void Keep(string name, object data) => kept[name] = data;

    /// <returns>What was kept under this name, the first time; later it would be old.</returns>
    public T? Take<T>(string name) where T : class => taken.Remove(name, out object? data) ? data as T : null;
}
