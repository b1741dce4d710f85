using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.DurableTask.Hosting;

/// <summary>An activity function as the engine runs it.</summary>
internal sealed class FunctionActivity(FunctionDescriptor function, FunctionRunner runner, IServiceScopeFactory scopes) : ITaskActivity
{
    public Type InputType { get; } = ParameterSources.PayloadType(function);

    public Type OutputType => typeof(object);

    public async Task<object?> RunAsync(TaskActivityContext context, object? input)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        var invocation = new InvocationInput { Payload = input, InstanceId = context.InstanceId };
        return (await runner.RunAsync(function, invocation, scope.ServiceProvider, ActivityCancellation.Of(context))).Result;
    }
}
