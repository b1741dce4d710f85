using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Orchestra.DurableTask.Hosting;

internal enum TriggerKind
{
    Http,
    Orchestration,
    Activity,
    Timer,
}

/// <summary>One function: what starts it and how it is called. Built once, at start.</summary>
internal sealed class FunctionDescriptor
{
    public required string Name { get; init; }

    public required MethodInfo Method { get; init; }

    public required TriggerKind Kind { get; init; }

    public required TriggerBindingAttribute Trigger { get; init; }

    public required ParameterInfo TriggerParameter { get; init; }

    public required FunctionDefinition Definition { get; init; }

    public required FunctionInvoker Invoker { get; init; }

    public required FunctionBinder Binder { get; init; }

    /// <summary>The name under which the durable engine knows an orchestrator or activity.</summary>
    public string TaskName => Trigger switch
    {
        OrchestrationTriggerAttribute { Orchestration: { Length: > 0 } name } => name,
        ActivityTriggerAttribute { Activity: { Length: > 0 } name } => name,
        _ => Name,
    };

    public string FullMethodName => $"{Method.DeclaringType!.FullName}.{Method.Name}";
}
