using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Launching once per key, and not too often.</summary>
public sealed class LaunchKeyTests(HostFixture shared) : IClassFixture<HostFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_launches_with_one_key_make_one_project()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > y"), OrchestraApi.Agent("echo x > z"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SendAsync(shared.Address, "/api/gm/launch", launch, "one-key")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        JsonObject first = answers[0].Body;
        Assert.All(answers, a => Assert.Equal(first.ToJsonString(), a.Body.ToJsonString()));
        Assert.All(answers, a => Assert.Equal($"/api/gm/projects/{first["project_id"]}", a.Location));
        JsonNode list = (await shared.Api.GetAsync("/api/gm/projects?limit=500")).Body;
        Assert.Single(list["projects"]!.AsArray(), p => (string)p!["repo_path"]! == repository.Folder);
        JsonObject project = await shared.Api.WaitForEndAsync((string)first["project_id"]!);
        Assert.Equal(2, (int)project["merged_count"]!);

        // After its end too; and another request with the same key is a mistake.
        Assert.Equal(first.ToJsonString(), (await SendAsync(shared.Address, "/api/gm/launch", launch, "one-key")).Body.ToJsonString());
        launch["project_name"] = "another";
        var conflict = await SendAsync(shared.Address, "/api/gm/launch", launch, "one-key");
        Assert.Equal((HttpStatusCode.Conflict, "Idempotency-Key"), (conflict.Status, (string)conflict.Body["field"]!));
        Assert.Equal(2, (int)(await shared.Api.ProjectAsync((string)first["project_id"]!))["agent_count"]!);
    }

    [Fact]
    public async Task Sessions_have_keys_of_their_own()
    {
        using TestRepository repository = TestRepository.Create();
        var launch = new JsonObject
        {
            ["team_name"] = "feature-dev",
            ["task_description"] = "Do it",
            ["repo_path"] = repository.Folder,
            ["command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "echo x > y") },
        };
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SendAsync(shared.Address, "/api/teams/launch", launch, "one-key-too")));
        Assert.Single(answers.Select(a => a.Body.ToJsonString()).Distinct());
        Assert.Equal(HttpStatusCode.Accepted, answers[0].Status);
        await Eventually.TrueAsync(
            async () => (await shared.Api.GetAsync($"/api/teams/{answers[0].Body["session_id"]}")).Body["completed_at"] is not null,
            () => "The session did not end.");
    }

    [Theory]
    [InlineData("with blank")]
    [InlineData("")]
    public async Task A_bad_key_is_refused(string key)
    {
        using TestRepository repository = TestRepository.Create();
        var answer = await SendAsync(shared.Address, "/api/gm/launch", OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("true")), key);
        Assert.Equal((HttpStatusCode.BadRequest, "Idempotency-Key"), (answer.Status, (string)answer.Body["field"]!));
    }

    [Fact]
    public async Task Too_many_launches_are_refused_until_later()
    {
        await using HostSetup host = await HostSetup.StartAsync("ORCHESTRA_LAUNCHES_PER_MINUTE=1");
        using TestRepository repository = TestRepository.Create();
        using var api = new OrchestraApi(host.Address);
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("true"));
        string id = await api.LaunchAsync(launch);
        var refused = await SendAsync(host.Address, "/api/gm/launch", launch, null);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("60", refused.RetryAfter);
        Assert.Equal(1, (int)(await api.GetAsync("/api/gm/projects")).Body["total"]!);
        await api.WaitForEndAsync(id);
    }

    private static async Task<(HttpStatusCode Status, JsonObject Body, string? Location, string? RetryAfter)> SendAsync(Uri host, string path, JsonObject body, string? key)
    {
        using var http = new HttpClient { BaseAddress = host };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!,
            response.Headers.Location?.ToString(), response.Headers.RetryAfter?.ToString());
    }
}
