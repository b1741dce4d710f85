using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Maps the HTTP functions to their routes.</summary>
internal static partial class FunctionRoutes
{
    private static readonly string[] Reserved = ["admin", "runtime"];
    private static readonly string[] AllVerbs = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        var catalog = services.GetRequiredService<FunctionCatalog>();
        var runner = services.GetRequiredService<FunctionRunner>();
        var key = services.GetRequiredService<FunctionKey>();
        string prefix = services.GetRequiredService<HostJson>().RoutePrefix;
        var loggers = services.GetRequiredService<ILoggerFactory>();
        ILogger logger = loggers.CreateLogger("Orchestra.DurableTask.Http");
        var taken = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (FunctionDescriptor function in catalog.Of(TriggerKind.Http))
        {
            string route = RouteOf(function, prefix);
            string[] verbs = FreeVerbs(function, route, taken, logger);
            if (verbs.Length == 0)
                continue;
            var handler = new HttpFunctionHandler(function, runner, key, loggers.CreateLogger($"Function.{function.Name}"));
            endpoints.MapMethods(route, verbs, (RequestDelegate)handler.HandleAsync).WithDisplayName($"Function {function.Name}");
            LogMapped(logger, function.Name, string.Join(',', verbs.Length == AllVerbs.Length ? ["*"] : verbs), route);
        }
    }

    private static string RouteOf(FunctionDescriptor function, string prefix)
    {
        string own = (((HttpTriggerAttribute)function.Trigger).Route ?? function.Name).Trim('/');
        string route = $"/{prefix}/{own}".Replace("//", "/", StringComparison.Ordinal);
        string first = route.Split('/', 3)[1];
        return Reserved.Contains(first, StringComparer.OrdinalIgnoreCase)
            ? throw new InvalidOperationException($"The route '{route}' of function '{function.Name}' conflicts with the host's own routes under '{first}'.")
            : route;
    }

    // Two functions may share a route with different verbs. Where they share a verb too, the first keeps it.
    private static string[] FreeVerbs(FunctionDescriptor function, string route, Dictionary<string, string> taken, ILogger logger)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        IEnumerable<string> wanted = trigger.Methods is { Length: > 0 } given ? given.Select(m => m.ToUpperInvariant()).Distinct() : AllVerbs;
        var free = new List<string>();
        foreach (string verb in wanted)
        {
            if (taken.TryAdd($"{verb} {route}", function.Name))
                free.Add(verb);
            else
                LogShadowed(logger, function.Name, verb, route, taken[$"{verb} {route}"]);
        }

        return [.. free];
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: [{Verbs}] {Route}")]
    private static partial void LogMapped(ILogger logger, string function, string verbs, string route);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Function '{Function}' does not get {Verb} {Route}: function '{Other}' has it.")]
    private static partial void LogShadowed(ILogger logger, string function, string verb, string route, string other);
}
