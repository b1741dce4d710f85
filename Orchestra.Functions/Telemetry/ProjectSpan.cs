namespace Orchestra.Functions.Telemetry;

/// <summary>One part of a project's way that has ended.</summary>
/// <param name="Key">Names it within its project, the same whoever reads the events again.</param>
/// <param name="Parent">The key of what it is a part of; null for the project itself.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record ProjectSpan(
    string Key, string? Parent, string Name, DateTime From, DateTime Until, string? Error, IReadOnlyList<KeyValuePair<string, object?>> Tags);
