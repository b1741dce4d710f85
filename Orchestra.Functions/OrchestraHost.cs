using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestra.Activities;
using Orchestra.Activities.Processes;
using Orchestra.Activities.Configuration;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Storage;
using Orchestra.Functions.State;
using Orchestra.Storage;

namespace Orchestra.Functions;

/// <summary>The app: an ordinary function app, whatever hosts it.</summary>
public static class OrchestraHost
{
    public static IHost Build(string[] args)
    {
        FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        IServiceCollection services = builder.Services;
        var data = new DataFolder(builder.Configuration["ORCHESTRA_DATA"] is { Length: > 0 } folder ? folder : ".orchestra");
        services.AddSingleton(data);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(LoadConfig(builder.Configuration));
        services.AddSingleton<ITableStore>(_ => new SqliteTableStore(data.StateFile));
        services.AddSingleton<ProjectStore>();
        services.AddSingleton<IRunObserver, SessionProgress>();
        services.AddOrchestraGit();
        services.AddOrchestraRuns();
        return builder.Build();
    }

    private static OrchestraConfig LoadConfig(IConfiguration configuration)
    {
        string? named = configuration["ORCHESTRA_CONFIG"];
        return ConfigLoader.Load(string.IsNullOrEmpty(named) ? Path.Combine(AppContext.BaseDirectory, "config", "orchestra.yml") : named);
    }
}
