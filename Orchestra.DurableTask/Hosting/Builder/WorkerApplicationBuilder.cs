using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Services and middleware of an app under construction.</summary>
internal sealed class WorkerApplicationBuilder(IServiceCollection services, WorkerMiddleware steps) : IFunctionsWorkerApplicationBuilder
{
    public IServiceCollection Services => services;

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        steps.Add(middleware);
        return this;
    }
}
