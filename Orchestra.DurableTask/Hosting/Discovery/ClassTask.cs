using System.Reflection;
using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Hosting;

/// <summary>An orchestrator or activity written as a class with <c>[DurableTask]</c>; it needs no function around it.</summary>
internal sealed record ClassTask(string Name, TriggerKind Kind, Type Type)
{
    public static ClassTask? Read(Type type)
    {
        if (type.IsAbstract || type.ContainsGenericParameters || type.GetCustomAttribute<DurableTaskAttribute>() is not { } attribute)
            return null;
        string name = attribute.Name.Name is { Length: > 0 } given ? given : type.Name;
        if (typeof(ITaskOrchestrator).IsAssignableFrom(type))
            return new ClassTask(name, TriggerKind.Orchestration, type);
        return typeof(ITaskActivity).IsAssignableFrom(type) ? new ClassTask(name, TriggerKind.Activity, type) : null;
    }
}
