using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a function app that needs no more than services.</summary>
public static class FunctionsWorkerHost
{
    public static void RunDefault(Action<IServiceCollection>? configureServices = null) => Build(configureServices).Run();

    public static Task RunDefaultAsync(Action<IServiceCollection>? configureService = null) => Build(configureService).RunAsync();

    private static IHost Build(Action<IServiceCollection>? configureServices)
    {
        FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder([.. System.Environment.GetCommandLineArgs().Skip(1)]);
        configureServices?.Invoke(builder.Services);
        return builder.Build();
    }
}
