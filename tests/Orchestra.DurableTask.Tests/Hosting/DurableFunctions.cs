using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace Orchestra.DurableTask.Tests.Hosting;

public sealed class DurableFunctions(Greeter greeter)
{
    [Function(nameof(Ship))]
    public async Task<string> Ship([OrchestrationTrigger] TaskOrchestrationContext context, Order order)
    {
        Order? again = context.GetInput<Order>();
        int doubled = await context.CallActivityAsync<int>(nameof(Double), order);
        string who = await context.CallActivityAsync<string>("Who", order.Id);
        await context.CallActivityAsync(nameof(Idle));
        string typed = await context.CallActivityAsync<string>(nameof(TypedActivity), order);
        return $"{again?.Id}:{doubled}:{who == $"hello {order.Id} of {context.InstanceId}"}:{typed}";
    }

    [Function(nameof(Waits))]
    public static async Task<string> Waits([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus(new { Step = 1 });
        return await context.WaitForExternalEvent<string>("Go");
    }

    [Function(nameof(Cheats))]
    public static async Task Cheats([OrchestrationTrigger] TaskOrchestrationContext context) => await Task.Delay(Timeout.Infinite);

    [Function(nameof(Double))]
    public static int Double([ActivityTrigger] Order order, FunctionContext context)
    {
        context.GetLogger("Double").LogDebug("doubling");
        return order.Qty * 2;
    }

    [Function("WhoFunction")]
    public Task<string> Who([ActivityTrigger(Activity = "Who")] string name, string instanceId, CancellationToken cancellation) =>
        Task.FromResult(greeter.Hello($"{name} of {instanceId}"));

    [Function(nameof(Idle))]
    public static async Task Idle([ActivityTrigger] FunctionContext context) => await Task.Yield();

    [Function("Start")]
    public static async Task<IActionResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ship")] HttpRequest request,
        [FromBody] Order order,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        string id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(Ship), order, cancellation);
        return new AcceptedResult(client.CreateHttpManagementPayload(id).StatusQueryGetUri, new { id });
    }

    [Function("StartClassic")]
    public static async Task<HttpResponseData> StartClassic([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequestData request, [DurableClient] DurableTaskClient client)
    {
        string id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(Waits), new StartOrchestrationOptions("a b"));
        return await client.CreateCheckStatusResponseAsync(request, id);
    }
}

[DurableTask]
public sealed class TypedActivity(Greeter greeter) : TaskActivity<Order, string>
{
    public override Task<string> RunAsync(TaskActivityContext context, Order input) => Task.FromResult(greeter.Hello(input.Id));
}
