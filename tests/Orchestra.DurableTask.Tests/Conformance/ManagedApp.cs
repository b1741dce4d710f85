using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.DurableTask.Tests.Hosting;

namespace Orchestra.DurableTask.Tests.Conformance;

/// <summary>A real host with <see cref="ManagedFunctions"/>, and short forms of what is asked of its management API.</summary>
internal sealed class ManagedApp : IAsyncDisposable
{
    public const string Api = "/runtime/webhooks/durabletask";
    private readonly TestApp app;

    private ManagedApp(TestApp app)
    {
        this.app = app;
    }

    public HttpClient Http => app.Http;

    public DurableTaskClient Client => app.Client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ManagedApp> StartAsync(params (string Name, string Value)[] settings) => new(await TestApp.StartAsync(
        builder =>
        {
            foreach ((string name, string value) in settings)
                builder.Configuration[name] = value;
        },
        typeof(ManagedFunctions)));

    /// <summary>An instance of the given name and id that has reached the given status.</summary>
    public async Task HaveAsync(string function, string id, OrchestrationRuntimeStatus status, object? input = null)
    {
        await Client.ScheduleNewOrchestrationInstanceAsync(function, input, new StartOrchestrationOptions(id), Cancellation);
        await Client.WaitForInstanceStartAsync(id, Cancellation);
        if (status == OrchestrationRuntimeStatus.Terminated)
            await Client.TerminateInstanceAsync(id, Cancellation);
        if (status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated)
            Assert.Equal(status, (await Client.WaitForInstanceCompletionAsync(id, Cancellation)).RuntimeStatus);
        if (status == OrchestrationRuntimeStatus.Suspended)
        {
            await Client.SuspendInstanceAsync(id, cancellation: Cancellation);
            await UntilAsync(id, status);
        }
    }

    public async Task UntilAsync(string id, OrchestrationRuntimeStatus status)
    {
        while ((await Client.GetInstanceAsync(id, Cancellation))?.RuntimeStatus != status)
            await Task.Yield();
    }

    public async Task<HttpResponseMessage> SendAsync(string verb, string path, string? json = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), Api + path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, type);
        return await Http.SendAsync(request, Cancellation);
    }

    public async Task<HttpStatusCode> StatusAsync(string verb, string path, string? json = null, string type = "application/json")
    {
        using HttpResponseMessage response = await SendAsync(verb, path, json, type);
        return response.StatusCode;
    }

    public async Task<JsonObject> GetAsync(string path) => (await Http.GetFromJsonAsync<JsonObject>(Api + path, Cancellation))!;

    public async Task<string[]> ListAsync(string query)
    {
        JsonArray found = (await Http.GetFromJsonAsync<JsonArray>($"{Api}/instances{query}", Cancellation))!;
        return [.. found.Select(item => item!["instanceId"]!.GetValue<string>())];
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
