using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.DurableTask.Hosting;

/// <summary>
/// An orchestrator function as the engine runs it. Nothing here may complete asynchronously by itself: the engine takes
/// any wait that is not one of its own tasks for an error.
/// </summary>
internal sealed class FunctionOrchestrator(FunctionDescriptor function, FunctionRunner runner, IServiceScopeFactory scopes) : ITaskOrchestrator
{
    public Type InputType { get; } = ParameterSources.PayloadType(function);

    public Type OutputType => typeof(object);

    public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
    {
        IServiceScope scope = scopes.CreateScope();
        try
        {
            var invocation = new InvocationInput { Orchestration = context, Payload = input, InstanceId = context.InstanceId };
            return (await runner.RunAsync(function, invocation, scope.ServiceProvider, CancellationToken.None)).Result;
        }
        finally
        {
            Release(scope);
        }
    }

    // Not awaited: a service that needs time to be disposed of must not hold up the orchestrator's thread.
    private static void Release(IServiceScope scope)
    {
        if (scope is IAsyncDisposable disposable)
            _ = disposable.DisposeAsync().AsTask();
        else
            scope.Dispose();
    }
}
