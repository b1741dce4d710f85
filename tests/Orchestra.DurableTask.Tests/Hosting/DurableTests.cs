using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.DurableTask.Tests.Hosting;

public sealed class DurableTests
{
    private const string Api = "/runtime/webhooks/durabletask";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(b => b.Services.AddSingleton<Greeter>(), typeof(DurableFunctions), typeof(TypedActivity));

    [Fact]
    public async Task An_http_function_starts_an_orchestration_that_runs_its_activities()
    {
        await using TestApp app = await StartAsync();
        using HttpResponseMessage started = await app.Http.PostAsJsonAsync("/api/ship", new Order("o1", 21), Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        string id = (await started.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["id"]!.GetValue<string>();
        OrchestrationMetadata done = await app.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Cancellation);
        Assert.Equal("o1:42:True:hello o1", done.ReadOutputAs<string>());
        Assert.True(File.Exists(Path.Combine(app.Data, "taskhub.db")));

        JsonObject status = await GetAsync(app, started.Headers.Location!.ToString());
        Assert.Equal("Completed", status["runtimeStatus"]!.GetValue<string>());
        Assert.Equal("""{"Id":"o1","Qty":21}""", status["input"]!.ToJsonString());
    }

    [Fact]
    public async Task Waiting_for_what_is_not_durable_fails_the_orchestration()
    {
        await using TestApp app = await StartAsync();
        string id = await app.Client.ScheduleNewOrchestrationInstanceAsync("Cheats", Cancellation);
        OrchestrationMetadata done = await app.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Cancellation);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Contains("invalid asynchronous invocation", done.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_status_response_leads_through_an_instances_life()
    {
        await using TestApp app = await StartAsync();
        using HttpResponseMessage started = await app.Http.PostAsync("/api/StartClassic", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var payload = (await started.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!;
        Assert.Equal("a b", payload["Id"]!.GetValue<string>());
        string status = payload["StatusQueryGetUri"]!.GetValue<string>();
        Assert.Equal(status, started.Headers.Location!.OriginalString);
        Assert.EndsWith("/instances/a%20b?taskHub=TestHubName&connection=Storage", status, StringComparison.Ordinal);

        await app.Client.WaitForInstanceStartAsync("a b", Cancellation);
        using HttpResponseMessage running = await app.Http.GetAsync(new Uri(status), Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, running.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), running.Headers.RetryAfter!.Delta);

        string raise = payload["SendEventPostUri"]!.GetValue<string>().Replace("{eventName}", "Go", StringComparison.Ordinal);
        using HttpResponseMessage raised = await app.Http.PostAsJsonAsync(raise, "now", Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, raised.StatusCode);
        await app.Client.WaitForInstanceCompletionAsync("a b", Cancellation);
        JsonObject done = await GetAsync(app, status + "&showHistory=true&showHistoryOutput=true");
        Assert.Equal("now", done["output"]!.GetValue<string>());
        Assert.Equal("""{"Step":1}""", done["customStatus"]!.ToJsonString());
        Assert.Equal(["ExecutionStarted", "EventRaised", "ExecutionCompleted"], done["historyEvents"]!.AsArray().Select(e => e!["EventType"]!.GetValue<string>()));

        Assert.Equal(HttpStatusCode.Gone, (await app.Http.PostAsJsonAsync(raise, "late", Cancellation)).StatusCode);
        using HttpResponseMessage purged = await app.Http.DeleteAsync(new Uri(status), Cancellation);
        Assert.Equal("""{"instancesDeleted":1}""", await purged.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync(new Uri(status), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task The_management_api_starts_lists_and_terminates()
    {
        await using TestApp app = await StartAsync();
        using HttpResponseMessage output = await app.Http.PostAsJsonAsync($"{Api}/orchestrators/ship/s1?timeout=20&pollingInterval=1", new Order("o2", 1), JsonSerializerOptions.Default, Cancellation);
        Assert.Equal(HttpStatusCode.OK, output.StatusCode);
        Assert.Equal("\"o2:2:True:hello o2\"", await output.Content.ReadAsStringAsync(Cancellation));

        using HttpResponseMessage started = await app.Http.PostAsync($"{Api}/orchestrators/Waits/w1", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), started.Headers.RetryAfter!.Delta);
        JsonArray listed = (await app.Http.GetFromJsonAsync<JsonArray>($"{Api}/instances?runtimeStatus=Running,Pending", Cancellation))!;
        Assert.Equal("w1", Assert.Single(listed)!["instanceId"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Accepted, (await app.Http.PostAsync($"{Api}/instances/w1/terminate?reason=enough", null, Cancellation)).StatusCode);
        await app.Client.WaitForInstanceCompletionAsync("w1", Cancellation);
        Assert.Equal("Terminated", (await GetAsync(app, $"{Api}/instances/w1"))["runtimeStatus"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("POST", "/orchestrators/Nobody", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/instances/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "/instances?top=x", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", "/instances", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/instances/none/suspend", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/instances/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "/elsewhere", HttpStatusCode.NotFound)]
    public async Task The_management_api_refuses_what_it_cannot_do(string verb, string path, HttpStatusCode expected)
    {
        await using TestApp app = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(verb), Api + path);
        Assert.Equal(expected, (await app.Http.SendAsync(request, Cancellation)).StatusCode);
    }

    private static async Task<JsonObject> GetAsync(TestApp app, string address) => (await app.Http.GetFromJsonAsync<JsonObject>(address, Cancellation))!;
}
