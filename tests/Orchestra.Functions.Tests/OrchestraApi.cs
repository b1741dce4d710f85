using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Orchestra.Functions.Tests;

/// <summary>What a script does over HTTP, and waiting on conditions.</summary>
internal sealed class OrchestraApi(Uri address) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = address, Timeout = Eventually.Patience };

    public static JsonObject Agent(string script, string team = "feature-dev", int? timeoutSeconds = null)
    {
        var agent = new JsonObject
        {
            ["team"] = team,
            ["task"] = $"Task of {script.Split('\n')[0]}",
            ["command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-e", "-c", script) },
        };
        if (timeoutSeconds is { } seconds)
            agent["timeout_seconds"] = seconds;
        return agent;
    }

    public static JsonObject Launch(string repository, params JsonObject[] agents) => new()
    {
        ["project_name"] = "a project",
        ["repo_path"] = repository,
        ["agents"] = new JsonArray([.. agents]),
    };

    public async Task<string> LaunchAsync(JsonObject launch)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync("/api/gm/launch", launch);
        JsonObject answer = await ReadAsync(response);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, answer.ToJsonString());
        return (string)answer["project_id"]!;
    }

    public async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.PostAsync(path, content);
        return (response.StatusCode, await ReadAsync(response));
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(string path)
    {
        using HttpResponseMessage response = await http.GetAsync(path);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public async Task<HttpStatusCode> DeleteAsync(string path)
    {
        using HttpResponseMessage response = await http.DeleteAsync(path);
        return response.StatusCode;
    }

    public async Task<JsonObject> ProjectAsync(string id) => (JsonObject)(await GetAsync($"/api/gm/projects/{id}")).Body;

    public Task<(HttpStatusCode Status, JsonObject Body)> ResolveAsync(string decisionId, string action) =>
        PostAsync($"/api/gm/decisions/{decisionId}/resolve", $$"""{"action":"{{action}}"}""");

    public Task<JsonObject> WaitForEndAsync(string id) =>
        WaitAsync(id, p => (string)p["phase"]! is "completed" or "failed" or "cancelled");

    public async Task<JsonObject> WaitForDecisionAsync(string id) =>
        (JsonObject)Pending(await WaitAsync(id, p => Pending(p) is not null || p["completed_at"] is not null))!;

    public async Task<JsonObject> WaitAsync(string id, Func<JsonObject, bool> condition)
    {
        JsonObject? last = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return condition(last = await ProjectAsync(id));
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            () => $"Project {id} did not get there: {last?.ToJsonString()}");
        return last!;
    }

    public Task WaitUntilUpAsync() => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return (await GetAsync("/healthz")).Status == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        () => "The host did not come up.");

    public static JsonNode? Pending(JsonObject project) =>
        project["decisions"]!.AsArray().FirstOrDefault(d => (string)d!["status"]! == "pending");

    public void Dispose() => http.Dispose();

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        return text.Length == 0 ? [] : (JsonObject)JsonNode.Parse(text)!;
    }
}
