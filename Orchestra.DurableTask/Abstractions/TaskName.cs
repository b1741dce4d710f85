using System.ComponentModel;

namespace Microsoft.DurableTask;

/// <summary>The name of an orchestrator or activity; compared without regard to case.</summary>
public readonly struct TaskName : IEquatable<TaskName>
{
    public TaskName(string name)
    {
        Name = string.IsNullOrEmpty(name) ? null! : name;
    }

    public string Name { get; }

    [Obsolete("Task names carry no version.")]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public string Version => string.Empty;

    public static implicit operator string(TaskName value) => value.Name;

    public static implicit operator TaskName(string value) => string.IsNullOrEmpty(value) ? default : new TaskName(value);

    public static bool operator ==(TaskName left, TaskName right) => left.Equals(right);

    public static bool operator !=(TaskName left, TaskName right) => !left.Equals(right);

    public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is TaskName other && Equals(other);

    public override int GetHashCode() => Name is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Name);

    public override string ToString() => Name ?? string.Empty;
}
