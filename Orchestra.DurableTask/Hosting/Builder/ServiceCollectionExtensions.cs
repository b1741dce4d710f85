using Microsoft.Azure.Functions.Worker;
using Orchestra.DurableTask.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the functions worker to services.</summary>
public static class ServiceCollectionExtensions
{
    public static IFunctionsWorkerApplicationBuilder AddFunctionsWorkerDefaults(this IServiceCollection services, Action<WorkerOptions>? configure = null) =>
        services.AddFunctionsWorkerCore(configure);

    public static IFunctionsWorkerApplicationBuilder AddFunctionsWorkerCore(this IServiceCollection services, Action<WorkerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        WorkerApplicationBuilder builder = FunctionsHostServices.AddTo(services);
        if (configure is not null)
            services.Configure(configure);
        return builder;
    }
}
