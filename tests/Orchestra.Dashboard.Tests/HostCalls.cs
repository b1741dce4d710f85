using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Dashboard.Tests;

/// <summary>What tests ask of the host behind the pages.</summary>
internal static class HostCalls
{
    public static async Task<string> LaunchAsync(this DashboardFixture dashboard, TestRepository repository, string name, string fix, string? buildCommand, string task) =>
        await dashboard.LaunchAsync(repository, name, Command(task), fix, buildCommand);

    public static async Task<string> LaunchAsync(
        this DashboardFixture dashboard, TestRepository repository, string name, JsonObject command, string fix = "true", string? buildCommand = null)
    {
        JsonNode answer = await dashboard.PostAsync("api/gm/launch", new JsonObject
        {
            ["project_name"] = name,
            ["repo_path"] = repository.Folder,
            ["build_command"] = buildCommand,
            ["agents"] = new JsonArray(new JsonObject { ["team"] = "feature-dev", ["task"] = name, ["command"] = command }),
            ["fix_command"] = Command(fix),
        });
        return (string)answer["project_id"]!;
    }

    public static async Task<JsonNode> PostAsync(this DashboardFixture dashboard, string path, JsonNode body)
    {
        using HttpResponseMessage response = await dashboard.Http.PostAsJsonAsync(path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Waits until what the API says of a path fits.</summary>
    public static async Task<JsonNode> UntilAsync(this DashboardFixture dashboard, string path, Func<JsonNode, bool> fits)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            JsonNode answer = JsonNode.Parse(await dashboard.Http.GetStringAsync(path, limit.Token))!;
            if (fits(answer))
                return answer;
            await look.WaitForNextTickAsync(limit.Token);
        }
    }

    private static JsonObject Command(string script) => new() { ["argv"] = new JsonArray("/bin/sh", "-e", "-c", script) };
}
