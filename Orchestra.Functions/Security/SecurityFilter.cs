using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Orchestra.Core;
using Orchestra.Functions.Http;

namespace Orchestra.Functions.Security;

/// <summary>Puts the rules in front of everything that the web server serves, functions or not, whichever host runs it.</summary>
/// <param name="log">null where nothing is changed but by calls to another host, which has a log of its own.</param>
internal sealed class SecurityFilter(AccessSettings settings, TimeProvider time, IConfiguration configuration, AuditLog? log = null) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var rules = new RequestRules(settings, Binding.Check(app.ServerFeatures, configuration, settings.Keys));
        AuditPolicy? audit = log is null ? null : new AuditPolicy(log, time, settings.Keys.Any);
        app.Use(async (HttpContext http, RequestDelegate rest) =>
        {
            AddHeaders(http.Response.Headers);
            Caller? caller = null;
            try
            {
                rules.CheckSource(http.Request);
                if (!rules.IsOpen(http.Request))
                {
                    if (await Login.HandleAsync(http, settings.Keys))
                        return;
                    caller = rules.Identify(http.Request);
                    RequestRules.Allow(http.Request, caller);
                    http.User = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Name, caller.Name), new(ClaimTypes.Role, caller.Role.ToString())], "key"));
                }

                await rest(http);
                if (IsBare(http))
                    await Answers.WriteProblemAsync(http.Response, Bare(http));
            }
            catch (InputProblem problem) when (!http.Response.HasStarted)
            {
                await Answers.WriteProblemAsync(http.Response, problem);
            }
            finally
            {
                if (audit is not null)
                    await audit.RecordAsync(http, caller);
            }
        });
        next(app);
    };

    // What routing and the functions host refuse by a status alone.
    private static bool IsBare(HttpContext http) =>
        http.Response is { HasStarted: false, StatusCode: >= 400 and < 500, ContentLength: null, ContentType: null } && http.Request.Path.StartsWithSegments("/api");

    private static InputProblem Bare(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound when WrongVerb(http) is { } wrong => wrong,
        StatusCodes.Status404NotFound => new("path", $"There is no {http.Request.Method} {http.Request.Path}.", StatusCodes.Status404NotFound),
        StatusCodes.Status413PayloadTooLarge => JsonBody.TooLarge(),
        int status => new("request", "The request cannot be understood.", status),
    };

    // The functions host and what stands in for it answer 404 to a path they know by another verb.
    private static InputProblem? WrongVerb(HttpContext http)
    {
        string[] verbs = AllowedVerbs.Of(http);
        if (verbs.Length == 0 || verbs.Contains(http.Request.Method, StringComparer.OrdinalIgnoreCase))
            return null;
        string allow = string.Join(", ", verbs);
        http.Response.Headers.Allow = allow;
        return new InputProblem("method", $"{http.Request.Path} does not take {http.Request.Method}. It takes {allow}.", StatusCodes.Status405MethodNotAllowed);
    }

    // The strictest that data needs; a page that wants more replaces the policy with its own.
    private static void AddHeaders(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers.CacheControl = "private, no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
    }
}
