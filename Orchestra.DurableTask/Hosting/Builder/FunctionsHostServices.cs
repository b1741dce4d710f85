using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The services of the functions host. Adding them twice is the same as once.</summary>
internal static class FunctionsHostServices
{
    public static WorkerApplicationBuilder AddTo(IServiceCollection services)
    {
        WorkerMiddleware? middleware = services.Where(d => !d.IsKeyedService).Select(d => d.ImplementationInstance).OfType<WorkerMiddleware>().FirstOrDefault();
        if (middleware is not null)
            return new WorkerApplicationBuilder(services, middleware);
        middleware = new WorkerMiddleware();
        services.AddSingleton(middleware);
        services.AddLogging();
        services.AddOptions<EmbeddedHostOptions>();
        services.Configure<JsonSerializerOptions>(options => options.PropertyNameCaseInsensitive = true);
        services.AddOptions<WorkerOptions>().Configure<IOptions<JsonSerializerOptions>>((options, json) => options.Serializer = new JsonObjectSerializer(json.Value));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<HostJson>();
        services.AddSingleton<DataFolder>();
        services.AddSingleton<FunctionCatalog>();
        services.AddSingleton<FunctionRunner>();
        services.AddSingleton<FunctionKey>();
        services.AddSingleton<ManagementAddress>();
        services.AddSingleton<TimerStatusStore>();
        services.AddHostedService<TimerHost>();
        DurableRegistration.AddTo(services);
        return new WorkerApplicationBuilder(services, middleware);
    }

    /// <summary>What serving HTTP needs: routing, and the executors behind IActionResult.</summary>
    public static void AddWebTo(IServiceCollection services)
    {
        services.AddRouting();
        services.AddMvcCore();
    }
}
