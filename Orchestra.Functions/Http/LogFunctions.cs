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

    [Function("ListLogs")]
    [Api("The last lines of the host's log, newest first.", Query = ["limit", "level"])]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/logs")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
        Answers.Ok(await logs.ListAsync(
            ListQuery.OneOf(request, "level", LogLevels.All, ignoreCase: true), Paging.Limit(request, Standard, Most), cancellationToken)));
}
