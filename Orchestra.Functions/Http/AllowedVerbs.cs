using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.Functions.Http;

/// <summary>The verbs that a path is served with. Under the genuine functions host none are known: it answers such requests itself.</summary>
internal static class AllowedVerbs
{
    public static string[] Of(HttpContext http)
    {
        IReadOnlyList<Endpoint> endpoints = http.RequestServices.GetService<EndpointDataSource>()?.Endpoints ?? [];
        return [.. endpoints.OfType<RouteEndpoint>()
            // A page for whatever else there is serves no path by name.
            .Where(e => e.RoutePattern.PathSegments is [{ IsSimple: true } first, ..] && first.Parts[0].IsLiteral && Matches(e, http.Request.Path))
            .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.Ordinal)];
    }

    private static bool Matches(RouteEndpoint endpoint, PathString path) =>
        new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), []).TryMatch(path, []);
}
