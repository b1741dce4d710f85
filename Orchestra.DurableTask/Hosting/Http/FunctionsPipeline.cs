using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The web pipeline of a functions host, the same for both kinds of builder.</summary>
internal static class FunctionsPipeline
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    public static void Use(IApplicationBuilder app)
    {
        EmbeddedHostOptions options = app.ApplicationServices.GetRequiredService<IOptions<EmbeddedHostOptions>>().Value;
        SetUrls(app);
        foreach (Action<IApplicationBuilder> add in options.Middleware)
            add(app);
        app.UseRouting();
        app.Use(WrongVerbIsNotFound);
        foreach (Action<IApplicationBuilder> add in options.RoutedMiddleware)
            add(app);
        app.UseEndpoints(endpoints =>
        {
            FunctionRoutes.Map(endpoints);
            if (options.ManagementApi)
                ManagementApi.Map(endpoints);
            foreach (Action<IEndpointRouteBuilder> add in options.Endpoints)
                add(endpoints);
        });
    }

    // Loopback unless the configuration says otherwise: whoever reaches the port can start work.
    private static void SetUrls(IApplicationBuilder app)
    {
        IServerAddressesFeature? feature = app.ServerFeatures.Get<IServerAddressesFeature>();
        var configuration = app.ApplicationServices.GetRequiredService<IConfiguration>();
        if (feature is null || feature.Addresses.IsReadOnly || feature.Addresses.Count > 0 || configuration.GetSection("Kestrel:Endpoints").Exists())
            return;

        // The second name is that of the environment variable; local.settings.json may bear it too.
        string urls = new[] { configuration["urls"], configuration["ASPNETCORE_URLS"] }.FirstOrDefault(u => !string.IsNullOrEmpty(u)) ?? DefaultUrl;
        foreach (string url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            feature.Addresses.Add(url);
    }

    // The functions host answers 404 where ASP.NET Core routing would answer 405. Its 405 endpoint has no route.
    private static Task WrongVerbIsNotFound(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is not { } endpoint || endpoint is RouteEndpoint || endpoint.Metadata.Count > 0)
            return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
