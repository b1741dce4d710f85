using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Hosting;

/// <summary>Durable HTTP calls: what is asked again, and for how long.</summary>
public sealed class DurableHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain", "POST body of it")]
    [InlineData("flaky", "third time")]
    [InlineData("polled", "ready")]
    [InlineData("given-up", "503")]
    public async Task A_call_is_retried_and_polled_as_its_options_say(string kind, string expected)
    {
        await using TestApp app = await TestApp.StartAsync(_ => { }, typeof(CallingFunctions));
        string key = Guid.NewGuid().ToString("N");
        string id = await app.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(CallingFunctions.Calls), new Call(new Uri(app.Http.BaseAddress!, $"api/{kind}/{key}"), kind), Cancellation);
        OrchestrationMetadata done = await app.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Cancellation);

        Assert.Equal(expected, done.ReadOutputAs<string>());
    }

    public sealed record Call(Uri Address, string Kind);
}

public static class CallingFunctions
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> Asked = new();

    [Function(nameof(Calls))]
    public static async Task<string?> Calls([OrchestrationTrigger] TaskOrchestrationContext context, DurableHttpTests.Call call)
    {
        DurableHttpResponse response = await context.CallHttpAsync(new DurableHttpRequest(HttpMethod.Post, call.Address)
        {
            Content = "body of it",
            AsynchronousPatternEnabled = true,
            HttpRetryOptions = call.Kind is "flaky" or "given-up"
                ? new HttpRetryOptions([HttpStatusCode.ServiceUnavailable]) { FirstRetryInterval = TimeSpan.FromMilliseconds(1), MaxNumberOfAttempts = 3 }
                : null,
        });
        return response.StatusCode == HttpStatusCode.OK ? response.Content : ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [Function("Plain")]
    public static async Task<IActionResult> Plain([HttpTrigger(AuthorizationLevel.Anonymous, Route = "plain/{key}")] HttpRequest request, string key)
    {
        using var reader = new StreamReader(request.Body);
        return Text($"{request.Method} {await reader.ReadToEndAsync()}");
    }

    [Function("Flaky")]
    public static IActionResult Flaky([HttpTrigger(AuthorizationLevel.Anonymous, Route = "flaky/{key}")] HttpRequest request, string key) =>
        Count(key) < 3 ? new StatusCodeResult(503) : Text("third time");

    [Function("GivenUp")]
    public static IActionResult GivenUp([HttpTrigger(AuthorizationLevel.Anonymous, Route = "given-up/{key}")] HttpRequest request, string key) =>
        new StatusCodeResult(Count(key) > 3 ? 500 : 503);

    [Function("Polled")]
    public static IActionResult Polled([HttpTrigger(AuthorizationLevel.Anonymous, Route = "polled/{key}")] HttpRequest request, string key)
    {
        if (Count(key) == 4)
            return Text("ready");
        request.HttpContext.Response.Headers.Location = $"/api/polled/{key}";
        request.HttpContext.Response.Headers.RetryAfter = "0";
        return new StatusCodeResult(202);
    }

    private static int Count(string key) => Asked.AddOrUpdate(key, 1, (_, n) => n + 1);

    private static ContentResult Text(string text) => new() { Content = text };
}
