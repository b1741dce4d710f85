using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace Orchestra.DurableTask.Tests.Hosting;

public sealed record Order(string Id, int Qty);

public sealed class Greeter
{
    public string Hello(string name) => $"hello {name}";
}

public sealed class HttpFunctions(Greeter greeter)
{
    [Function("Plain")]
    public IActionResult Plain([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkObjectResult(new { Greeting = greeter.Hello("you") });

    [Function("Typed")]
    public static IResult Typed(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{id:guid}/{count}/{kind?}")] HttpRequest request,
        Guid id,
        int count,
        FunctionContext context,
        CancellationToken cancellation,
        string kind = "none",
        string? query = null) => Results.Ok(new { id, count, kind, query, context.FunctionDefinition.Name, cancellation.CanBeCanceled });

    [Function("ReadOrder")]
    public ValueTask<IActionResult> Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders/{id}")] HttpRequest request, string id) => new(new OkObjectResult(id));

    [Function("WriteOrder")]
    public async Task<IActionResult> Write([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "orders/{id}")] HttpRequest request, [FromBody] Order order, string id)
    {
        await Task.Yield();
        return new AcceptedResult((string?)null, order with { Id = id });
    }

    [Function("Classic")]
    public static async Task<HttpResponseData> Classic([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequestData request)
    {
        var order = await request.ReadFromJsonAsync<Order>();
        HttpResponseData response = request.CreateResponse(HttpStatusCode.Created);
        response.Headers.Add("X-Query", request.Query["q"]);
        response.Cookies.Append("seen", "yes");
        await response.WriteAsJsonAsync(order);
        return response;
    }

    [Function("Multi")]
    public static MultiResult Multi([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new() { Result = new StatusCodeResult(418) };

    [Function("Nothing")]
    public static void Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
    }

    [Function("Fails")]
    public static IActionResult Fails([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => throw new InvalidOperationException("secret");

    [Function("Guarded")]
    public static IActionResult Guarded([HttpTrigger("get")] HttpRequest request) => new OkResult();
}

public sealed class MultiResult
{
    [HttpResult]
    public IActionResult? Result { get; set; }

    public string? Other { get; set; }
}
