using Microsoft.DurableTask;
using Orchestra.DurableTask.Engine;

namespace Orchestra.DurableTask.Hosting;

/// <summary>An activity function as the engine runs it, with the services of the scope that the engine made for this run.</summary>
internal sealed class FunctionActivity(FunctionDescriptor function, FunctionRunner runner, IServiceProvider services) : ITaskActivity
{
    public Type InputType { get; } = ParameterSources.PayloadType(function);

    public Type OutputType => typeof(object);

    public async Task<object?> RunAsync(TaskActivityContext context, object? input)
    {
        // The engine's token tells that the host is stopping, not that the orchestration has ended.
        CancellationToken stopping = (context as EmbeddedTaskActivityContext)?.CancellationToken ?? CancellationToken.None;
        var invocation = new InvocationInput { Payload = input, InstanceId = context.InstanceId };
        return (await runner.RunAsync(function, invocation, services, stopping)).Result;
    }
}
