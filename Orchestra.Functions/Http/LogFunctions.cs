using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Core.Logs;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary>Our log, newest first; <c>/ws/logs</c> tells it live.</summary>
public sealed class LogFunctions(LogStore logs)
{
    private const int Standard = 100;
    private const int Most = 1000;

    // The answer is a bare list, so the place where the next one begins is in its head.
    private const string NextHeader = "Orchestra-Logs-Next";
    private const string Name = "logs";

    [Function("ListLogs")]
    [Api("The last lines of the host's log, newest first; the header Orchestra-Logs-Next is the 'after' of the next page.", Query = ["limit", "level", "min_level", "text", "since", "after/list"])]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/logs")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        var filter = new LogFilter(Level(request, "level"), Level(request, "min_level"), ListQuery.Text(request, "text"), ListQuery.Since(request));
        string? after = ListQuery.Text(request, "after") is { } token ? Paging.PlaceOf(token, Name, LogStore.IsPlace) : null;
        LogPage page = await logs.ListAsync(filter, Paging.Limit(request, Standard, Most), after, cancellationToken);
        if (Paging.Token(Name, page.Next) is { } next)
            request.HttpContext.Response.Headers[NextHeader] = next;
        return Answers.Ok(page.Lines);
    });

    private static string? Level(HttpRequest request, string key) => ListQuery.OneOf(request, key, LogLevels.All, ignoreCase: true);
}
