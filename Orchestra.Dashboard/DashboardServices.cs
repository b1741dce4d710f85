using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestra.Client;
using Orchestra.Dashboard.Live;
using Orchestra.Dashboard.Prerender;

namespace Orchestra.Dashboard;

/// <summary>Adds the dashboard to any web application; it knows its host by the address of the public API only.</summary>
public static class DashboardServices
{
    // Nothing from elsewhere, no inline script or style; the page's own socket counts as 'self'.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // What a browser may send at once: a launch form as long as the API takes it, escaped twice.
    private const int LongestMessage = 4 * 1024 * 1024;

    /// <param name="key">What the API is shown; null when it asks for none.</param>
    /// <param name="keyAdvice">What the pages say is to be done when the API refuses the key, or asks for one.</param>
    public static IServiceCollection AddOrchestraDashboard(
        this IServiceCollection services, Uri api, Func<IServiceProvider, string?> key, string keyAdvice = OrchestraClient.UsualKeyAdvice)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddScoped(s => new OrchestraClient(api, key(s), () => UserAsync(s.GetRequiredService<AuthenticationStateProvider>())) { KeyAdvice = keyAdvice });
        // Shared by all pages, so it reads in nobody's name.
        services.AddSingleton(s => new LiveProjects(new OrchestraClient(api, key(s)) { KeyAdvice = keyAdvice }, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Ticker>();
        services.AddSingleton<PrerenderStore>();
        services.AddScoped<Prerendered>();
        services.AddRazorComponents()
            .AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = LongestMessage)
            .RegisterPersistentService<Prerendered>(RenderMode.InteractiveServer);
        return services;
    }

    // Whose key or cookie the page was opened with.
    private static async Task<string?> UserAsync(AuthenticationStateProvider provider) => (await provider.GetAuthenticationStateAsync()).User.Identity?.Name;

    /// <summary>
    /// Between routing and endpoints: the pages' own content policy in place of the API's, a page for addresses that nothing is at, and forms that only
    /// our pages can send.
    /// </summary>
    public static void UseOrchestraDashboard(this IApplicationBuilder app)
    {
        app.Use((HttpContext http, RequestDelegate next) =>
        {
            UnknownAddress.ShowPage(http);
            if (http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
                http.Response.Headers.ContentSecurityPolicy = Policy;
            return next(http);
        });
        app.UseAntiforgery();
    }

    public static void MapOrchestraDashboard(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapStaticAssets();
        endpoints.MapGet("/output/{session}", Output.SendAsync);
        endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }
}
