using System.Net;
using Microsoft.AspNetCore.Http;
using Orchestra.Core;

namespace Orchestra.Functions.Security;

/// <summary>
/// What must hold for every request before any handler sees it. A web page that the user visits can send requests to loopback:
/// its Origin gives it away, or, when its name was made to point here, its Host.
/// </summary>
internal sealed class RequestRules(AccessSettings settings, bool reachable)
{
    private static readonly string[] Open = ["/healthz", "/readyz"];
    private static readonly PathString[] Data = ["/api", "/ws", "/metrics", "/openapi", "/scalar"];

    /// <summary>Whether a page of somebody else may be behind the request.</summary>
    /// <exception cref="InputProblem">The request is refused.</exception>
    public void CheckSource(HttpRequest request)
    {
        CheckHost(request.Host);
        CheckOrigin(request);
    }

    /// <summary>Whether the request needs a key.</summary>
    public bool IsOpen(HttpRequest request) => !settings.Keys.Any || Open.Contains(request.Path.Value);

    private void CheckHost(HostString host)
    {
        // An address cannot be rebound, but it has no business here while only loopback is served.
        bool known = Binding.IsLoopbackHost(host.Host)
            || (reachable && IPAddress.TryParse(host.Host.Trim('[', ']'), out _))
            || settings.Hosts.Any(h => h == "*" || h.Equals(host.Host, StringComparison.OrdinalIgnoreCase) || h.Equals(host.Value, StringComparison.OrdinalIgnoreCase));
        if (!known)
            throw Refused("Host", $"'{host.Value}' is no name of this host. Names other than loopback are listed in {AccessSettings.HostsSetting}.");
    }

    private void CheckOrigin(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        if (origins.Count > 0 && (origins.Count > 1 || !IsOurs(origins[0]!, request.Host)))
            throw Refused("Origin", $"Pages of '{origins}' may not call this host. Origins other than its own are listed in {AccessSettings.OriginsSetting}.");

        // Browsers that leave out the Origin still say where a request comes from.
        bool changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        if (changes && origins.Count == 0 && request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
            throw Refused("Sec-Fetch-Site", "Pages of other sites may not call this host.");
    }

    // Without the scheme: behind a proxy that ends TLS the page's is https and ours is http.
    private bool IsOurs(string origin, HostString host) =>
        settings.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            && origin.Equals($"{uri.Scheme}://{host.Value}", StringComparison.OrdinalIgnoreCase));

    /// <exception cref="InputProblem">No valid key.</exception>
    public Caller Identify(HttpRequest request)
    {
        Caller caller = Holder(request);
        // The dashboard says for whom it calls, and may then do what that person may; of nobody else is it believed.
        return ApiKeys.IsOwn(caller) && request.Headers[OnBehalfOf].FirstOrDefault() is { Length: > 0 } user
            ? settings.Keys.Named(user) ?? caller with { Name = user }
            : caller;
    }

    private const string OnBehalfOf = "x-orchestra-user";

    private Caller Holder(HttpRequest request)
    {
        string? given = request.Headers["x-functions-key"].FirstOrDefault() ?? request.Query["code"].FirstOrDefault();
        return (given is null ? settings.Keys.FindCookie(request.Cookies[Login.Cookie]) : settings.Keys.Find(given)) ?? throw new InputProblem(
            "x-functions-key", "A valid key is needed, in the header x-functions-key or the query's code.", StatusCodes.Status401Unauthorized);
    }

    /// <exception cref="InputProblem">The caller's role does not reach this.</exception>
    public static void Allow(HttpRequest request, Caller caller)
    {
        AccessRole needed = Needed(request);
        if (caller.Role < needed)
            throw Refused("x-functions-key", $"Key '{caller.Name}' has role {Name(caller.Role)}; this needs {Name(needed)}.");
    }

    private static AccessRole Needed(HttpRequest request)
    {
        if (request.Path.StartsWithSegments("/runtime"))
            return AccessRole.Admin;
        // Other paths are the dashboard's, which acts with the host's own key.
        return Data.Any(p => request.Path.StartsWithSegments(p)) && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            ? AccessRole.Read
            : AccessRole.Operate;
    }

    private static string Name(AccessRole role) => role.ToString().ToLowerInvariant();

    private static InputProblem Refused(string field, string message) => new(field, message, StatusCodes.Status403Forbidden);
}
