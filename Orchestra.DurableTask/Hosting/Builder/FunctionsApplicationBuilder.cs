using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.DurableTask.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a function app. Inside is a web application, since the functions' HTTP routes are served by this process.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private const string EnvironmentPrefix = "AZURE_FUNCTIONS_";
    private readonly WebApplicationBuilder web;
    private readonly WorkerApplicationBuilder worker;

    internal FunctionsApplicationBuilder(string[]? args)
    {
        web = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            EnvironmentName = System.Environment.GetEnvironmentVariable(EnvironmentPrefix + "ENVIRONMENT"),
        });
        LocalSettings.AddTo(web.Configuration);
        worker = FunctionsHostServices.AddTo(web.Services);
        FunctionsHostServices.AddWebTo(web.Services);
    }

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)web).Properties;

    public ConfigurationManager Configuration => web.Configuration;

    public IHostEnvironment Environment => web.Environment;

    public ILoggingBuilder Logging => web.Logging;

    public IMetricsBuilder Metrics => web.Metrics;

    public IServiceCollection Services => web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => web.Configuration;

    public IHost Build()
    {
        WebApplication app = web.Build();
        FunctionsPipeline.Use(app);
        return app;
    }

    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull
        => ((IHostApplicationBuilder)web).ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        worker.Use(middleware);
        return this;
    }
}
