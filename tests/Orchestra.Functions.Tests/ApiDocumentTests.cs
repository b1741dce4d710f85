using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.Functions.Tests;

/// <summary>The OpenAPI document says what the host does, and its page needs nothing from elsewhere.</summary>
public sealed class ApiDocumentTests(HostFixture host) : IClassFixture<HostFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_of_the_contract_is_in_the_document()
    {
        JsonObject paths = (JsonObject)(await host.Api.GetAsync("/openapi/v1.json")).Body["paths"]!;
        string[] routes = [.. paths.SelectMany(p => ((JsonObject)p.Value!).Select(o => $"{o.Key.ToUpperInvariant()} {p.Key}"))];
        string[] contract =
        [
            "POST /api/gm/launch", "GET /api/gm/projects", "GET /api/gm/projects/{id}", "GET /api/gm/projects/{id}/decisions", "POST /api/gm/decisions/{id}/resolve",
            "POST /api/gm/projects/{id}/cancel", "POST /api/gm/projects/{id}/retry", "POST /api/gm/projects/{id}/push", "GET /api/gm/templates",
            "GET /api/teams", "GET /api/teams/{id}", "GET /api/teams/{id}/tasks", "GET /api/teams/templates", "POST /api/teams/launch",
            "GET /api/executions", "GET /api/executions/{id}", "GET /api/stats", "GET /api/costs", "GET /api/agents",
            "GET /api/logs", "GET /api/config", "GET /api/status", "POST /api/orchestrator/start", "POST /api/orchestrator/stop",
            "GET /api/teams/{id}/diff", "POST /api/teams/{id}/merge", "POST /api/teams/{id}/discard", "POST /api/teams/{id}/cancel",
        ];
        Assert.Empty(contract.Except(routes));
        Assert.All(paths.SelectMany(p => (JsonObject)p.Value!), o => Assert.NotEmpty((string)o.Value!["summary"]!));
    }

    [Fact]
    public async Task The_document_has_every_endpoint_of_the_host_and_no_other()
    {
        await using HostSetup own = await HostSetup.StartAsync();
        using var api = new OrchestraApi(own.Address);
        JsonObject paths = (JsonObject)(await api.GetAsync("/openapi/v1.json")).Body["paths"]!;
        // The runtime's management API is documented where it comes from.
        string[] served =
        [
            .. own.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                .Where(e => !e.RoutePattern.RawText!.TrimStart('/').StartsWith("runtime/", StringComparison.Ordinal))
                .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(verb => $"{verb.ToUpperInvariant()} /{e.RoutePattern.RawText!.Trim('/')}")),
        ];
        Assert.Equal(served.Order(), paths.SelectMany(p => ((JsonObject)p.Value!).Select(o => $"{o.Key.ToUpperInvariant()} {p.Key}")).Order());
        Assert.Contains("GET /healthz", served);
    }

    [Fact]
    public async Task Documented_bodies_are_those_that_are_read()
    {
        JsonObject paths = (JsonObject)(await host.Api.GetAsync("/openapi/v1.json")).Body["paths"]!;
        int bodies = 0;
        foreach ((string path, JsonNode? operations) in paths)
        {
            if (operations?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"] is not { } schema)
                continue;
            bodies++;
            // Null is as if absent: a key that is not known is refused by name, a known one is not.
            var known = new JsonObject(((JsonObject?)schema["properties"] ?? []).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)null)));
            string target = path.Replace("{id}", "20260101-000000-abcdef", StringComparison.Ordinal);
            Assert.DoesNotContain("Unknown key", (string?)(await host.Api.PostAsync(target, known.ToJsonString())).Body["detail"] ?? "");
            known["no_such_key"] = 1;
            var refused = await host.Api.PostAsync(target, known.ToJsonString());
            Assert.True(refused.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity, $"{path}: {refused.Status}");
            // Where the body is looked at first, the refusal lists all keys: the document has each of them.
            if ((string?)refused.Body["detail"] is { } detail && detail.Contains("Known are: ", StringComparison.Ordinal))
                Assert.Equal(detail.Split("Known are: ")[1].TrimEnd('.').Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(), known.Select(k => k.Key).Where(k => k != "no_such_key").Order());
        }

        Assert.True(bodies >= 6);
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere()
    {
        using var http = new HttpClient(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.GZip }) { BaseAddress = host.Address };
        using HttpResponseMessage page = await http.GetAsync("/scalar", Cancel);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("http", policy);
        Assert.DoesNotContain("http", await page.Content.ReadAsStringAsync(Cancel));
        using HttpResponseMessage script = await http.GetAsync("/scalar/scalar.js", Cancel);
        Assert.Equal("text/javascript", script.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Scalar", await script.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("/api/no/such")]
    [InlineData("/api/gm/projects/a/b/c")]
    public async Task What_is_not_there_is_a_problem_too(string path)
    {
        var answer = await host.Api.GetAsync(path);
        Assert.Equal((HttpStatusCode.NotFound, "path"), (answer.Status, (string)answer.Body["field"]!));
    }
}
