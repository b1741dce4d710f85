using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Adds the functions host and its web server to a generic host, once however often it is called.</summary>
internal static class FunctionsHostBuilder
{
    private static readonly object Marker = new();

    public static IHostBuilder Configure(IHostBuilder builder, Action<HostBuilderContext, IFunctionsWorkerApplicationBuilder>? configure, Action<WorkerOptions>? configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Properties.TryAdd(Marker, Marker))
        {
            builder.ConfigureAppConfiguration((_, configuration) =>
            {
                configuration.AddEnvironmentVariables();
                LocalSettings.AddTo(configuration);
            });
            builder.ConfigureServices(services => FunctionsHostServices.AddTo(services));
            builder.ConfigureWebHostDefaults(web => web
                .ConfigureServices(FunctionsHostServices.AddWebTo)
                .Configure(FunctionsPipeline.Use));
        }

        return builder.ConfigureServices((context, services) =>
        {
            configure?.Invoke(context, FunctionsHostServices.AddTo(services));
            if (configureOptions is not null)
                services.Configure(configureOptions);
        });
    }
}
