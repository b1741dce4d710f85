namespace Microsoft.DurableTask;

/// <summary>Names a class-based orchestrator or activity; without a name the class name is used.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class DurableTaskAttribute(string? name = null) : Attribute
{
    public TaskName Name { get; } = string.IsNullOrEmpty(name) ? default : new TaskName(name);

    public string? Version { get; set; }
}

/// <summary>Names the payload type of an external event; without a name the type name is used.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = false, Inherited = false)]
public sealed class DurableEventAttribute(string? name = null) : Attribute
{
    public TaskName Name { get; } = string.IsNullOrEmpty(name) ? default : new TaskName(name);
}
