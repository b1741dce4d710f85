using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary>Whether the process answers, and whether it can do its work.</summary>
public sealed class HealthFunctions(EventLog events, DataFolder data, GitVersion git)
{
    // Below this no worktree can be expected to fit.
    private const long LeastFreeBytes = 100 * 1024 * 1024;

    [Function("Healthz")]
    [Api("Whether the process answers.")]
    public static IActionResult Healthz([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request) =>
        Answers.Ok(new { Status = "ok" });

    /// <summary>503 with what is wrong while launches would fail; it says nothing that a stranger must not know.</summary>
    [Function("Readyz")]
    [Api("Whether it can do its work.")]
    public async Task<IActionResult> Readyz(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "readyz")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var checks = new Dictionary<string, string>
        {
            ["store"] = await CheckAsync(() => events.HeadAsync(cancellationToken)),
            ["runtime"] = await CheckAsync(() => client.GetInstanceAsync("readyz", cancellationToken)),
            ["data"] = await CheckAsync(() => WriteAsync(cancellationToken)),
            ["git"] = await CheckAsync(() => AskGitAsync(cancellationToken)),
        };
        bool ready = checks.Values.All(c => c == "ok");
        if (!ready)
            request.HttpContext.Response.Headers.RetryAfter = "5";
        return Answers.Ok(
            new { Status = ready ? "ready" : "not_ready", Checks = checks }, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private async Task AskGitAsync(CancellationToken cancellationToken)
    {
        if (await git.FindProblemAsync(cancellationToken) is { } problem)
            throw new NotSupportedException(problem);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(data.Root);
        string probe = Path.Combine(data.Root, $".ready-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(probe, "", cancellationToken);
        File.Delete(probe);
        if (new DriveInfo(data.Root).AvailableFreeSpace < LeastFreeBytes)
            throw new IOException("Less than 100 MB are free.");
    }

    private static async Task<string> CheckAsync(Func<Task> check)
    {
        try
        {
            await check();
            return "ok";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return e.GetType().Name;
        }
    }
}
