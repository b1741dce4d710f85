namespace Microsoft.DurableTask.Abstractions;

/// <summary>Orders orchestration versions.</summary>
public static class TaskOrchestrationVersioningUtils
{
    /// <summary>Empty comes first; dotted numbers compare as numbers, anything else as text.</summary>
    public static int CompareVersions(string sourceVersion, string otherVersion)
    {
        bool sourceEmpty = string.IsNullOrWhiteSpace(sourceVersion);
        bool otherEmpty = string.IsNullOrWhiteSpace(otherVersion);
        if (sourceEmpty || otherEmpty)
            return otherEmpty.CompareTo(sourceEmpty);
        return Version.TryParse(sourceVersion, out Version? source) && Version.TryParse(otherVersion, out Version? other)
            ? source.CompareTo(other)
            : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase);
    }
}
