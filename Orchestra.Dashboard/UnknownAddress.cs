using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.Dashboard;

/// <summary>A person who asks for an address that nothing is at gets a page that says so, in place of a bare status; programs are told by the status alone.</summary>
internal static class UnknownAddress
{
    /// <summary>After routing, which found nothing.</summary>
    public static void ShowPage(HttpContext http)
    {
        if (http.GetEndpoint() is not null || !IsForPage(http.Request))
            return;
        http.SetEndpoint(Page(http.RequestServices.GetRequiredService<EndpointDataSource>()));
        // Not before: the framework takes a status that is set already for its own refusal, and renders nothing.
        http.Response.OnStarting(() =>
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    // The API answers for its own addresses.
    private static bool IsForPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !request.Path.StartsWithSegments("/api")
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static Endpoint? Page(EndpointDataSource endpoints) =>
        endpoints.Endpoints.FirstOrDefault(e => e.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type == typeof(Pages.NotFound));
}
