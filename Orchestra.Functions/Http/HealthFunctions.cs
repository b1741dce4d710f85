using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Orchestra.Functions.Http;

/// <summary>Whether the process answers.</summary>
public static class HealthFunctions
{
    [Function("Healthz")]
    public static IActionResult Healthz([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request) =>
        Answers.Ok(new { Status = "ok" });
}
