using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Decides for each parameter of a function where its value comes from.</summary>
internal static class ParameterSources
{
    public static ParameterSource For(string function, TriggerKind kind, ParameterInfo parameter, ParameterInfo trigger, ParameterInfo? orchestrationInput)
    {
        Type type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
            return static (_, context) => new(context);
        if (type == typeof(CancellationToken))
            return static (_, context) => new(context.CancellationToken);
        if (parameter.IsDefined(typeof(DurableClientAttribute)))
            return type == typeof(DurableTaskClient)
                ? static (_, context) => new(context.InstanceServices.GetRequiredService<ManagementAddress>().Attach(context.InstanceServices.GetRequiredService<DurableTaskClient>()))
                : throw new InvalidOperationException($"The function '{function}': [DurableClient] belongs on a {nameof(DurableTaskClient)} parameter, not on '{parameter.Name}'.");
        return kind switch
        {
            TriggerKind.Http => Http(function, parameter, IsSame(parameter, trigger)),
            TriggerKind.Orchestration when IsSame(parameter, trigger) => static (own, _) => new(own.Input.Orchestration),
            TriggerKind.Orchestration when IsSame(parameter, orchestrationInput) => OrchestrationPayload(type),
            TriggerKind.Activity when IsSame(parameter, trigger) => static (own, _) => new(own.Input.Payload),
            TriggerKind.Activity when type == typeof(string) && Is(parameter, "instanceId") => static (own, _) => new(own.Input.InstanceId),
            TriggerKind.Timer when IsSame(parameter, trigger) => Timer(function, parameter),
            _ => Absent(function, parameter),
        };
    }

    /// <summary>The first parameter that nothing else is bound to takes the orchestration's input.</summary>
    public static ParameterInfo? OrchestrationInput(TriggerKind kind, MethodInfo method) =>
        kind != TriggerKind.Orchestration
            ? null
            : method.GetParameters().FirstOrDefault(p => !p.IsDefined(typeof(BindingAttribute))
                && p.ParameterType != typeof(FunctionContext) && p.ParameterType != typeof(CancellationToken));

    /// <summary>The type as which an activity's or orchestrator's input is read; object when none is wanted.</summary>
    public static Type PayloadType(FunctionDescriptor function)
    {
        ParameterInfo? parameter = function.Kind == TriggerKind.Activity
            ? function.TriggerParameter
            : OrchestrationInput(function.Kind, function.Method);
        Type type = parameter?.ParameterType ?? typeof(object);
        bool isContext = type == typeof(FunctionContext) || type == typeof(CancellationToken);
        return isContext || (function.Kind == TriggerKind.Orchestration && type.IsAbstract) ? typeof(object) : type;
    }

    // The genuine converter gives an orchestrator null where the parameter's type is an interface or abstract.
    private static ParameterSource OrchestrationPayload(Type type) =>
        type.IsAbstract ? static (_, _) => new((object?)null) : static (own, _) => new(own.Input.Payload);

    private static ParameterSource Timer(string function, ParameterInfo parameter) => parameter.ParameterType switch
    {
        { } t when t == typeof(TimerInfo) => static (own, _) => new(own.Input.Timer),
        _ => Absent(function, parameter),
    };

    private static ParameterSource Http(string function, ParameterInfo parameter, bool isTrigger)
    {
        Type type = parameter.ParameterType;
        if (type == typeof(HttpRequest))
            return static (own, _) => new(own.Input.Http!.Request);
        if (type == typeof(HttpRequestData))
            return static async (_, context) => await context.Features.Get<IHttpRequestDataFeature>()!.GetHttpRequestDataAsync(context);
        if (isTrigger || parameter.IsDefined(typeof(FromBodyAttribute)))
            return RequestBody.As(type);
        if (RouteValue.ConverterFor(type) is not { } convert)
            return Absent(function, parameter);
        ParameterSource absent = Absent(function, parameter);
        string name = parameter.Name!;
        return (own, context) => own.Input.Http!.Request.RouteValues.TryGetValue(name, out object? value) && value is not null
            ? new(convert(value))
            : absent(own, context);
    }

    private static ParameterSource Absent(string function, ParameterInfo parameter)
    {
        if (parameter.HasDefaultValue)
        {
            object? value = parameter.DefaultValue;
            return (_, _) => new(value);
        }

        if (!parameter.ParameterType.IsValueType || Nullable.GetUnderlyingType(parameter.ParameterType) is not null)
            return static (_, _) => new((object?)null);
        string message = $"The function '{function}' has no value for its parameter '{parameter.Name}' of type {parameter.ParameterType.Name}.";
        return (_, _) => throw new InvalidOperationException(message);
    }

    /// <summary>By place: reflection does not promise the same object twice, least of all to two hosts that start at once.</summary>
    private static bool IsSame(ParameterInfo one, ParameterInfo? other) => one.Position == other?.Position;

    private static bool Is(ParameterInfo parameter, string name) => string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase);
}
