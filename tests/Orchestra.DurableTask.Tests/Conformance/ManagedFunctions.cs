using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

/// <summary>The functions that the HTTP conformance tests talk to.</summary>
public static class ManagedFunctions
{
    [Function(nameof(Echo))]
    public static async Task<JsonElement> Echo([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus(new { Done = false });
        JsonElement result = await context.CallActivityAsync<JsonElement>(nameof(Same), context.GetInput<JsonElement>());
        context.SetCustomStatus(new { Done = true });
        return result;
    }

    [Function(nameof(Parent))]
    public static Task Parent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Task child = context.CallSubOrchestratorAsync(nameof(Waits), options: new SubOrchestrationOptions { InstanceId = "p-child" });
        Task timer = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
        return Task.WhenAll(child, timer);
    }

    [Function(nameof(Waits))]
    public static Task<JsonElement> Waits([OrchestrationTrigger] TaskOrchestrationContext context) => context.WaitForExternalEvent<JsonElement>("Go");

    [Function(nameof(Breaks))]
    public static void Breaks([OrchestrationTrigger] TaskOrchestrationContext context) => throw new InvalidOperationException("broken");

    [Function(nameof(Versions))]
    public static string Versions([OrchestrationTrigger] TaskOrchestrationContext context) => context.Version;

    [Function(nameof(Same))]
    public static JsonElement Same([ActivityTrigger] JsonElement input) => input;

    [Function(nameof(Check))]
    public static Task<HttpResponseData> Check([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "check/{id}")] HttpRequestData request, [DurableClient] DurableTaskClient client, string id) =>
        client.CreateCheckStatusResponseAsync(request, id);

    [Function(nameof(Open))]
    public static IActionResult Open([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkObjectResult("open");

    [Function("First")]
    public static IActionResult First([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "shared")] HttpRequest request) => new OkObjectResult("first");

    [Function("Second")]
    public static IActionResult Second([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "shared")] HttpRequest request) => new OkObjectResult("second");

    [Function("Constrained")]
    public static IActionResult Constrained([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{id:guid}/{part?}")] HttpRequest request, Guid id, string? part = null) =>
        new OkObjectResult($"{id:N}-{part}");

    [Function("Guarded")]
    public static IActionResult Guarded([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => new OkObjectResult("guarded");

    [Function("Throws")]
    public static IActionResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => throw new InvalidOperationException("secret");

    [Function("Silent")]
    public static void Silent([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
    }
}
