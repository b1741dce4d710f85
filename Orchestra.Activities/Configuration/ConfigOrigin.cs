namespace Orchestra.Activities.Configuration;

/// <summary>Where the configuration comes from.</summary>
/// <param name="File">The file that was read.</param>
/// <param name="Lines">Of every key that stands in it.</param>
/// <param name="Settings">By key, the setting that takes the file's place there.</param>
public sealed record ConfigOrigin(string File, IReadOnlyDictionary<string, int> Lines, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Null: it does not stand in the file, so the default holds.</summary>
    public int? LineOf(string key) => Lines.TryGetValue(key, out int line) ? line : null;
}
