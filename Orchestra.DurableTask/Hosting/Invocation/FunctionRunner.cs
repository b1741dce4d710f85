using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Runs one invocation: middleware, binding, the call. All triggers come through here.</summary>
internal sealed class FunctionRunner(WorkerMiddleware middleware)
{
    private readonly FunctionExecutionDelegate pipeline = middleware.Build(ExecuteAsync);

    public async Task<EmbeddedFunctionContext> RunAsync(FunctionDescriptor function, InvocationInput input, IServiceProvider services, CancellationToken cancellation)
    {
        var context = new EmbeddedFunctionContext(function, input, services, cancellation);
        await pipeline(context);
        return context;
    }

    private static async Task ExecuteAsync(FunctionContext context)
    {
        EmbeddedFunctionContext own = EmbeddedFunctionContext.Of(context)
            ?? throw new InvalidOperationException("Middleware passed on a context that does not carry the features of the one it got.");
        object?[] arguments = await own.Function.Binder.BindAsync(own, context);
        own.Result = await own.Function.Invoker.InvokeAsync(context, arguments);
    }
}
