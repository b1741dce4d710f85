using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Who may call: addresses, hosts, origins, keys and roles, and where repositories may lie.</summary>
public sealed class SecurityTests(HostFixture shared) : IClassFixture<HostFixture>
{
    private const string AdminKey = "admin-key-0123456789";
    private const string Named = "ORCHESTRA_API_KEYS=ann:read:read-key-0123456789,bob:operate:operate-key-0123456789";

    [Theory]
    [InlineData("http://0.0.0.0:PORT")]
    [InlineData("http://*:PORT")]
    [InlineData("http://127.0.0.1:PORT;http://[::]:PORT")]
    [InlineData("http://some.name:PORT")]
    public async Task An_open_port_needs_a_key(string urls)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => HostSetup.StartAsync($"urls={urls}"));
        Assert.Contains("ORCHESTRA_API_KEY", refusal.Message);
        Assert.Contains("127.0.0.1", refusal.Message);
    }

    [Fact]
    public async Task With_a_key_an_open_port_is_served_to_those_who_show_it()
    {
        await using HostSetup host = await HostSetup.StartAsync("urls=http://0.0.0.0:PORT", $"ORCHESTRA_API_KEY={AdminKey}");
        Assert.Equal(401, await StatusAsync(host.Address, HttpMethod.Get, "/api/gm/projects"));
        Assert.Equal(200, await StatusAsync(host.Address, HttpMethod.Get, "/api/gm/projects", ("x-functions-key", AdminKey)));
        Assert.Equal(200, await StatusAsync(host.Address, HttpMethod.Get, "/api/gm/projects", ("x-functions-key", AdminKey), ("Host", "192.0.2.7:80")));
        Assert.Equal(403, await StatusAsync(host.Address, HttpMethod.Get, "/api/gm/projects", ("x-functions-key", AdminKey), ("Host", "rebound.example")));
    }

    [Theory]
    [InlineData("ORCHESTRA_API_KEY=short")]
    [InlineData("ORCHESTRA_API_KEYS=ann:boss:a-secret-of-some-length")]
    [InlineData("ORCHESTRA_API_KEYS=a-secret-of-some-length")]
    [InlineData("ORCHESTRA_API_KEYS=ann:read:a-secret-of-some-length,ann:read:another-secret-of-length")]
    public async Task Keys_that_cannot_be_meant_are_refused_without_repeating_them(string setting)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => HostSetup.StartAsync(setting));
        Assert.Contains("ORCHESTRA_API_KEY", refusal.Message);
        Assert.DoesNotContain("secret", refusal.Message);
    }

    [Theory]
    [InlineData("GET", "/healthz", "", 200)]
    [InlineData("GET", "/api/gm/projects", "", 401)]
    [InlineData("GET", "/api/gm/projects", "wrong-key-0123456789", 401)]
    [InlineData("GET", "/api/gm/projects", "read-key-0123456789", 200)]
    [InlineData("POST", "/api/gm/launch", "read-key-0123456789", 403)]
    [InlineData("POST", "/api/gm/launch", "operate-key-0123456789", 400)]
    [InlineData("POST", "/api/gm/launch", "", 401)]
    [InlineData("GET", "/runtime/webhooks/durabletask/instances", "operate-key-0123456789", 403)]
    [InlineData("GET", "/runtime/webhooks/durabletask/instances", AdminKey, 200)]
    [InlineData("GET", "/RUNTIME/webhooks/durabletask/instances", "operate-key-0123456789", 403)]
    public async Task Keys_have_roles(string verb, string path, string key, int status)
    {
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_API_KEY={AdminKey}", Named, "ORCHESTRA_FUNCTION_KEY=of-the-runtime-alone");
        Assert.Equal(status, await StatusAsync(host.Address, new HttpMethod(verb), path, [.. key.Length == 0 ? [] : new[] { ("x-functions-key", key) }]));
        if (key.Length > 0)
            Assert.Equal(status, await StatusAsync(host.Address, new HttpMethod(verb), $"{path}?code={key}"));
    }

    [Theory]
    [InlineData("GET", "Host", "rebound.example", 403)]
    [InlineData("GET", "Host", "127.0.0.1.rebound.example:8080", 403)]
    [InlineData("GET", "Host", "192.0.2.7", 403)]
    [InlineData("GET", "Host", "localhost:9", 200)]
    [InlineData("GET", "Host", "[::1]:9", 200)]
    [InlineData("GET", "Origin", "https://evil.example", 403)]
    [InlineData("POST", "Origin", "https://evil.example", 403)]
    [InlineData("POST", "Origin", "null", 403)]
    [InlineData("POST", "Origin", "http://127.0.0.1:1", 403)]
    [InlineData("POST", "Origin", "http://localhost:PORT", 403)]
    [InlineData("POST", "Origin", "http://127.0.0.1:PORT.evil.example", 403)]
    [InlineData("POST", "Origin", "http://127.0.0.1:PORT@evil.example", 403)]
    [InlineData("POST", "Origin", "http://127.0.0.1:PORT", 400)]
    [InlineData("POST", "Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("POST", "Sec-Fetch-Site", "same-site", 403)]
    [InlineData("POST", "Sec-Fetch-Site", "same-origin", 400)]
    [InlineData("GET", "Sec-Fetch-Site", "cross-site", 200)]
    public async Task Pages_of_others_are_refused(string verb, string header, string value, int status)
    {
        string path = verb == "GET" ? "/api/gm/projects" : "/api/gm/launch";
        value = value.Replace("PORT", $"{shared.Address.Port}", StringComparison.Ordinal);
        Assert.Equal(status, await StatusAsync(shared.Address, new HttpMethod(verb), path, (header, value)));
    }

    [Fact]
    public async Task Hosts_and_origins_can_be_added()
    {
        await using HostSetup host = await HostSetup.StartAsync(
            "ORCHESTRA_ALLOWED_HOSTS=agents.example", "ORCHESTRA_ALLOWED_ORIGINS=https://pages.example");
        Assert.Equal(200, await StatusAsync(host.Address, HttpMethod.Get, "/healthz", ("Host", "agents.example:444")));
        Assert.Equal(400, await StatusAsync(host.Address, HttpMethod.Post, "/api/gm/launch", ("Origin", "https://pages.example")));
        Assert.Equal(400, await StatusAsync(host.Address, HttpMethod.Post, "/api/gm/launch", ("Host", "agents.example"), ("Origin", "https://agents.example")));
    }

    [Fact]
    public async Task Every_answer_has_the_security_headers_and_refusals_are_problems()
    {
        using var http = new HttpClient { BaseAddress = shared.Address };
        foreach (string path in new[] { "/healthz", "/no/such/path", "/api/gm/projects/nope" })
        {
            using HttpResponseMessage response = await http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.False(response.Headers.Contains("Server"));
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz") { Headers = { { "Origin", "https://evil.example" } } };
        using HttpResponseMessage refused = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        JsonObject problem = (await refused.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal("Origin", (string)problem["field"]!);
    }

    [Fact]
    public async Task Repositories_outside_the_allowed_roots_are_refused_links_resolved()
    {
        using var inside = TestRepository.CreateEmpty();
        inside.Write("a", "1");
        inside.Commit("one");
        using var outside = TestRepository.CreateEmpty();
        outside.Write("a", "1");
        outside.Commit("one");
        string link = Path.Combine(inside.Folder, "link");
        Directory.CreateSymbolicLink(link, outside.Folder);
        string disguised = Directory.CreateDirectory(Path.Combine(inside.Folder, "disguised")).FullName;
        File.WriteAllText(Path.Combine(disguised, ".git"), $"gitdir: {Path.Combine(outside.Folder, ".git")}\n");
        string beside = Directory.CreateDirectory(inside.Folder + "x").FullName;
        string config = HostSetup.Config($"\nallowed_repo_roots:\n  - {inside.Folder}\n");
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={config}");
        using var api = new OrchestraApi(host.Address);

        foreach (string path in new[] { outside.Folder, link, disguised, Path.Combine(inside.Folder, "..", "..", Path.GetRelativePath(Path.GetDirectoryName(inside.Root)!, outside.Folder)), beside })
        {
            var answer = await api.PostAsync("/api/gm/launch", OrchestraApi.Launch(path, OrchestraApi.Agent("true")).ToJsonString());
            Assert.Equal((path, HttpStatusCode.UnprocessableEntity), (path, answer.Status));
            Assert.Equal("repo_path", (string)answer.Body["field"]!);
            Assert.Contains("allowed_repo_roots", (string)answer.Body["detail"]!);
        }

        string id = await api.LaunchAsync(OrchestraApi.Launch(inside.Folder, OrchestraApi.Agent("true")));
        Assert.Equal("completed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        File.Delete(config);
    }

    private static async Task<int> StatusAsync(Uri address, HttpMethod verb, string path, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient { BaseAddress = address };
        using var request = new HttpRequestMessage(verb, path);
        if (verb == HttpMethod.Post)
            request.Content = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
