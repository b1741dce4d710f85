using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Orchestra.DurableTask;

/// <summary>
/// What an application may tell the embedded functions host and the genuine one has no place for. A program that hosts
/// the function app from another entry assembly (a CLI, a test) names the app's assembly here.
/// </summary>
public sealed class EmbeddedHostOptions
{
    /// <summary>Assemblies searched for functions beside the ones reachable from the entry assembly.</summary>
    public IList<Assembly> Assemblies { get; } = [];

    /// <summary>Whether the entry assembly and what it references are searched.</summary>
    public bool SearchEntryAssembly { get; set; } = true;

    /// <summary>When not empty, only these classes are searched, and no assembly.</summary>
    public IList<Type> FunctionTypes { get; } = [];

    /// <summary>Middleware in front of routing: what must see every request, functions or not.</summary>
    public IList<Action<IApplicationBuilder>> Middleware { get; } = [];

    /// <summary>Middleware between routing and endpoints: what must know which endpoint a request is for.</summary>
    public IList<Action<IApplicationBuilder>> RoutedMiddleware { get; } = [];

    /// <summary>Endpoints served beside the functions, outside the route prefix (a dashboard, web sockets).</summary>
    public IList<Action<IEndpointRouteBuilder>> Endpoints { get; } = [];

    /// <summary>Whether the management API under <c>/runtime/webhooks/durabletask</c> is served.</summary>
    public bool ManagementApi { get; set; } = true;
}
