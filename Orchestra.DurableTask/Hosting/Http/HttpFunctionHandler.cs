using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Serves one HTTP function: key, invocation, response.</summary>
internal sealed partial class HttpFunctionHandler(FunctionDescriptor function, FunctionRunner runner, FunctionKey key, ILogger logger)
{
    private readonly bool needsKey = HttpAuthorization.LevelOf(function.TriggerParameter) != AuthorizationLevel.Anonymous;

    public async Task HandleAsync(HttpContext http)
    {
        if (needsKey && !key.Accepts(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        try
        {
            EmbeddedFunctionContext context = await runner.RunAsync(function, new InvocationInput { Http = http }, http.RequestServices, http.RequestAborted);
            if (!http.Response.HasStarted)
                await HttpResults.WriteAsync(context.Result, http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; there is nobody to answer and nothing went wrong here.
            LogAborted(logger, function.Name);
        }
        catch (Exception e)
        {
            LogFailed(logger, e, function.Name);
            if (http.Response.HasStarted)
                http.Abort();
            else
                Fail(http, e);
        }
    }

    private static void Fail(HttpContext http, Exception e)
    {
        http.Response.Clear();
        http.Response.StatusCode = e is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Function '{Function}' failed.")]
    private static partial void LogFailed(ILogger logger, Exception error, string function);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The caller of function '{Function}' went away.")]
    private static partial void LogAborted(ILogger logger, string function);
}
