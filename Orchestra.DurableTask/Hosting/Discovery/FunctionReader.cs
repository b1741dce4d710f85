using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Turns a method that bears <c>[Function]</c> into a descriptor, or says what is wrong with it.</summary>
internal static class FunctionReader
{
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    public static IEnumerable<FunctionDescriptor> Read(Type type)
    {
        if (type.ContainsGenericParameters || type.IsInterface || !IsVisible(type))
            yield break;
        foreach (MethodInfo method in type.GetMethods(Public))
        {
            // An abstract class is read for its static functions only: nobody could make an instance.
            if (method.GetCustomAttribute<FunctionAttribute>() is { } function && (method.IsStatic || !type.IsAbstract))
                yield return Describe(function.Name, method);
        }
    }

    private static bool IsVisible(Type type) => type.IsNested ? type.IsNestedPublic && IsVisible(type.DeclaringType!) : type.IsPublic;

    private static FunctionDescriptor Describe(string name, MethodInfo method)
    {
        string where = $"{method.DeclaringType!.FullName}.{method.Name}";
        if (string.IsNullOrWhiteSpace(name))
            throw new InvalidOperationException($"The function method {where} has an empty name.");
        var triggers = (from parameter in method.GetParameters()
                        let attribute = parameter.GetCustomAttribute<TriggerBindingAttribute>()
                        where attribute is not null
                        select (Parameter: parameter, Attribute: attribute)).ToList();
        if (triggers.Count != 1)
            throw new InvalidOperationException($"The function '{name}' ({where}) must have exactly one trigger parameter; it has {triggers.Count}.");
        (ParameterInfo trigger, TriggerBindingAttribute attribute2) = triggers[0];
        TriggerKind kind = attribute2 switch
        {
            HttpTriggerAttribute => TriggerKind.Http,
            OrchestrationTriggerAttribute => TriggerKind.Orchestration,
            ActivityTriggerAttribute => TriggerKind.Activity,
            TimerTriggerAttribute => TriggerKind.Timer,
            _ => throw new InvalidOperationException($"The function '{name}' ({where}) has a trigger that the embedded host does not serve: {attribute2.GetType().Name}."),
        };
        if (kind == TriggerKind.Orchestration && trigger.ParameterType != typeof(TaskOrchestrationContext))
            throw new InvalidOperationException($"The function '{name}' ({where}): [OrchestrationTrigger] belongs on a {nameof(TaskOrchestrationContext)} parameter.");
        return new FunctionDescriptor
        {
            Name = name,
            Method = method,
            Kind = kind,
            Trigger = attribute2,
            TriggerParameter = trigger,
            Definition = new EmbeddedFunctionDefinition(name, method),
            Invoker = FunctionInvoker.For(method),
            Binder = FunctionBinder.For(name, kind, trigger, method),
        };
    }
}
