using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.Dashboard;
using Orchestra.Functions.Security;

namespace Orchestra.Cli.Hosting;

/// <summary>The dashboard without a host: the same pages behind the same rules on who may call, for any API's address.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private DashboardHost(WebApplication app) => this.app = app;

    public string Addresses => string.Join(", ", app.Urls);

    /// <param name="key">null: what the settings say.</param>
    /// <exception cref="CliError">It cannot listen there, or must not.</exception>
    public static async Task<DashboardHost> StartAsync(Uri api, string urls, string? key, CancellationToken cancellationToken)
    {
        WebApplication? app = null;
        try
        {
            app = Build(api, urls, key);
            await app.StartAsync(cancellationToken);
            return new DashboardHost(app);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or FormatException or UnauthorizedAccessException)
        {
            if (app is not null)
                await app.DisposeAsync();
            throw new CliError(e.InnerException is AddressInUseException ? $"{urls} is taken; give another address with --urls." : e.Message);
        }
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => app.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static WebApplication Build(Uri api, string urls, string? key)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(urls);
        if (key is not null)
            builder.Configuration[AccessSettings.KeySetting] = key;
        // Why it cannot start is said once, by the command.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.None).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);
        builder.Services.AddAccessRules(builder.Configuration);
        builder.Services.AddOrchestraDashboard(
            api, _ => builder.Configuration[AccessSettings.KeySetting],
            $"Start this dashboard anew with a key that {api} knows, by --key or in the variable {AccessSettings.KeySetting}.");
        WebApplication app = builder.Build();
        app.UseRouting();
        app.UseOrchestraDashboard();
        app.MapOrchestraDashboard();
        app.MapGet("/healthz", () => new { Status = "ok" });
        return app;
    }
}
