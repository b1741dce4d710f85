using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The routes of the Durable Functions HTTP management API, its key check and its error answers.</summary>
internal static partial class ManagementApi
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        var key = services.GetRequiredService<FunctionKey>();
        string keyQuery = services.GetRequiredService<ManagementAddress>().Query;
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Orchestra.DurableTask.Management");

        Add("POST", "/orchestrators/{functionName}/{instanceId?}", InstanceStarts.StartAsync);
        Add("GET", "/instances", InstanceQueries.ListAsync);
        Add("DELETE", "/instances", InstanceQueries.PurgeAllAsync);
        Add("GET", "/instances/{instanceId}", InstanceQueries.GetAsync);
        Add("DELETE", "/instances/{instanceId}", InstanceQueries.PurgeAsync);
        Add("POST", "/instances/{instanceId}/raiseEvent/{eventName}", InstanceCommands.RaiseEventAsync);
        Add("POST", "/instances/{instanceId}/terminate", InstanceCommands.TerminateAsync);
        Add("POST", "/instances/{instanceId}/suspend", InstanceCommands.SuspendAsync);
        Add("POST", "/instances/{instanceId}/resume", InstanceCommands.ResumeAsync);
        Add("POST", "/instances/{instanceId}/rewind", InstanceCommands.RewindAsync);
        Add("POST", "/instances/{instanceId}/restart", InstanceStarts.RestartAsync);
        Add("POST", "/makeprimary", MakePrimaryAsync);

        void Add(string verb, string route, Func<ManagementRequest, Task> handle) =>
            endpoints.MapMethods(ManagementAddress.Path + route, [verb], (RequestDelegate)(async http =>
            {
                if (!key.Accepts(http.Request))
                {
                    http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    return;
                }

                var request = new ManagementRequest(http, http.RequestServices.GetRequiredService<DurableTaskClient>(), keyQuery);
                try
                {
                    await handle(request);
                }
                catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
                {
                    if (StatusOf(e) == StatusCodes.Status500InternalServerError)
                        LogFailed(logger, e, verb, http.Request.Path);
                    await request.AnswerAsync(StatusOf(e), ErrorOf(e, StatusOf(e)));
                }
            })).WithDisplayName($"Durable {verb} {route}");
    }

    // One file has no secondary that could take over.
    private static Task MakePrimaryAsync(ManagementRequest request)
    {
        request.Answer(StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private static int StatusOf(Exception e) => e switch
    {
        ArgumentException => StatusCodes.Status400BadRequest,
        BadHttpRequestException bad => bad.StatusCode,
        global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException => StatusCodes.Status409Conflict,
        NotSupportedException or NotImplementedException => StatusCodes.Status501NotImplemented,
        _ => StatusCodes.Status500InternalServerError,
    };

    // No stack trace: it tells a caller nothing and others too much. The log has it.
    public static JsonObject ErrorOf(Exception e, int status) => new()
    {
        ["Message"] = status < 500 ? e.Message : "Something went wrong while processing your request.",
        ["ExceptionMessage"] = e.Message,
        ["ExceptionType"] = e.GetType().FullName,
        ["StackTrace"] = null,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Verb} {Path} failed.")]
    private static partial void LogFailed(ILogger logger, Exception error, string verb, PathString path);
}
