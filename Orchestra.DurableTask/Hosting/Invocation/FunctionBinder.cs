using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Where the value of one parameter comes from. The context is the one middleware passed on.</summary>
internal delegate ValueTask<object?> ParameterSource(EmbeddedFunctionContext own, FunctionContext context);

/// <summary>Makes the arguments of a function. What each parameter is bound to is decided once, at start.</summary>
internal sealed class FunctionBinder
{
    private readonly string function;
    private readonly (string Name, ParameterSource Source)[] parameters;

    private FunctionBinder(string function, (string Name, ParameterSource Source)[] parameters)
    {
        this.function = function;
        this.parameters = parameters;
    }

    public static FunctionBinder For(string function, TriggerKind kind, ParameterInfo trigger, MethodInfo method)
    {
        ParameterInfo? input = ParameterSources.OrchestrationInput(kind, method);
        return new(function, [.. method.GetParameters().Select(p => (p.Name!, ParameterSources.For(function, kind, p, trigger, input)))]);
    }

    public async ValueTask<object?[]> BindAsync(EmbeddedFunctionContext own, FunctionContext context)
    {
        var values = new object?[parameters.Length];
        List<(string Name, Exception Error)>? failures = null;
        for (int i = 0; i < parameters.Length; i++)
        {
            try
            {
                values[i] = await parameters[i].Source(own, context);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                (failures ??= []).Add((parameters[i].Name, e));
            }
        }

        if (failures is null)
            return values;
        string details = string.Join(Environment.NewLine, failures.Select(f => $"Cannot convert input parameter '{f.Name}': {f.Error.Message}"));
        throw new FunctionInputConverterException(
            $"Error converting {failures.Count} input parameters for Function '{function}': {details}",
            failures.Count == 1 ? failures[0].Error : new AggregateException(failures.Select(f => f.Error)));
    }
}
