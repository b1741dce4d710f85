using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Dashboard;
using Orchestra.DurableTask;
using Orchestra.Functions.Security;

namespace Orchestra.Cli.Hosting;

/// <summary>Serves the dashboard from the host's own process. It still speaks to the host over HTTP only.</summary>
internal static class DashboardHosting
{
    public static void AddTo(FunctionsApplicationBuilder builder, Uri api)
    {
        // The files lie where the build found them, also when this runs from another folder.
        StaticWebAssetsLoader.UseStaticWebAssets((IWebHostEnvironment)builder.Environment, builder.Configuration);
        builder.Services.AddOrchestraDashboard(api, services => services.GetRequiredService<AccessSettings>().OwnKey);
        builder.Services.Configure<EmbeddedHostOptions>(options =>
        {
            options.RoutedMiddleware.Add(app => app.UseOrchestraDashboard());
            options.Endpoints.Add(endpoints => endpoints.MapOrchestraDashboard());
        });
    }
}
