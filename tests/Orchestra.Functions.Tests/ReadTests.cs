using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Reading: ETags, filters, pages, readiness, and bodies that are too large.</summary>
public sealed class ReadTests(HostFixture shared) : IClassFixture<HostFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await shared.Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("true")));
        await shared.Api.WaitForEndAsync(id);
        using var http = new HttpClient { BaseAddress = shared.Address };
        string path = $"/api/gm/projects/{id}";
        using HttpResponseMessage first = await http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(http, path, first.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(http, path, new EntityTagHeaderValue(first.Headers.ETag!.Tag, isWeak: true)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, path, new EntityTagHeaderValue("\"other\"")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/api/gm/templates", first.Headers.ETag!));
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged_in_a_stable_order()
    {
        await using HostSetup host = await HostSetup.StartAsync();
        using var api = new OrchestraApi(host.Address);
        using TestRepository repository = TestRepository.Create();
        var ids = new List<string>();
        foreach (string script in new[] { "echo 1 > a", "exit 3", "echo 2 > b" })
        {
            string id = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent(script)));
            await api.WaitForEndAsync(id);
            ids.Add(id);
        }

        // Of two ids of one second, chance decides which comes first, the same way every time.
        ids.Sort(StringComparer.Ordinal);
        ids.Reverse();
        Assert.Equal((string.Join(' ', ids), 3), await ListAsync(api, "/api/gm/projects", "projects", "id"));
        Assert.Equal((ids[1], 3), await ListAsync(api, "/api/gm/projects?limit=1&offset=1", "projects", "id"));
        Assert.Equal(2, (await ListAsync(api, "/api/gm/projects?phase=completed", "projects", "id")).Total);
        var failed = await ListAsync(api, "/api/gm/projects?phase=failed", "projects", "id");
        Assert.Equal("failed", (string)(await api.ProjectAsync(failed.Ids))["phase"]!);
        Assert.Equal((ids[0], 3), await ListAsync(api, "/api/gm/projects?since=2020-01-01&limit=1", "projects", "id"));
        Assert.Equal(0, (await ListAsync(api, "/api/gm/projects?since=2999-01-01T00:00:00Z", "projects", "id")).Total);
        Assert.Equal(1, (await ListAsync(api, "/api/teams?status=failed", "sessions", "session_id")).Total);
        Assert.Equal(2, (await ListAsync(api, "/api/teams?status=completed&team=feature-dev&since=2020-01-01", "sessions", "session_id")).Total);
        Assert.Equal(0, (await ListAsync(api, "/api/teams?team=nobody", "sessions", "session_id")).Total);
        foreach ((string path, string list, string id) in new[] { ("/api/gm/projects", "projects", "id"), ("/api/teams?team=feature-dev", "sessions", "session_id") })
            Assert.Equal((await ListAsync(api, path, list, id)).Ids, string.Join(' ', await PagesAsync(api, path, list, id)));

        string token = (string)(await api.GetAsync("/api/gm/projects?limit=1")).Body["next"]!;
        Assert.Equal((ids[1], 3), await ListAsync(api, $"/api/gm/projects?limit=1&after={token}", "projects", "id"));
        foreach ((string query, string field) in new[] { ($"/api/teams?after={token}", "after"), ($"/api/gm/projects?after={token}&offset=1", "offset") })
        {
            var refused = await api.GetAsync(query);
            Assert.Equal((HttpStatusCode.BadRequest, field), (refused.Status, (string)refused.Body["field"]!));
        }
    }

    [Theory]
    [InlineData("/api/gm/projects?phase=done", "phase")]
    [InlineData("/api/gm/projects?since=yesterday", "since")]
    [InlineData("/api/teams?status=done", "status")]
    [InlineData("/api/teams?limit=501", "limit")]
    [InlineData("/api/teams?offset=-1", "offset")]
    [InlineData("/api/teams?after=%21", "after")]
    [InlineData("/api/gm/projects?after=cHJvamVjdHM6eA", "after")]
    [InlineData("/api/gm/projects?after=20260131-120000-abcdef", "after")]
    public async Task A_filter_that_cannot_be_meant_is_named(string path, string field)
    {
        var answer = await shared.Api.GetAsync(path);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string)answer.Body["field"]!));
    }

    [Fact]
    public async Task The_log_is_read_since_a_moment()
    {
        JsonArray all = [];
        await Eventually.TrueAsync(async () => (all = (await shared.Api.GetAsync("/api/logs?limit=1000")).Body.AsArray()).Count >= 2, () => "Nothing is logged.");
        string moment = (string)all[^2]!["timestamp"]!;
        JsonArray later = (await shared.Api.GetAsync($"/api/logs?limit=1000&since={moment}")).Body.AsArray();
        Assert.Contains(later, l => (string)l!["timestamp"]! == moment);
        Assert.DoesNotContain(later, l => (DateTime)l!["timestamp"]! < (DateTime)all[^2]!["timestamp"]!);
        Assert.Empty((await shared.Api.GetAsync("/api/logs?since=2999-01-01")).Body.AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await shared.Api.GetAsync("/api/logs?since=x")).Status);
    }

    [Fact]
    public async Task Readiness_names_its_checks()
    {
        var answer = await shared.Api.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("""{"store":"ok","runtime":"ok","data":"ok","git":"ok"}""", answer.Body["checks"]!.ToJsonString());
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(6, false)]
    [InlineData(6, true)]
    public async Task A_body_that_is_too_large_is_refused(int megabytes, bool chunked)
    {
        using var http = new HttpClient { BaseAddress = shared.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/gm/launch")
        {
            Content = new ByteArrayContent(Encoding.ASCII.GetBytes(new string(' ', megabytes * 1024 * 1024))),
        };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal("body", (string)problem["field"]!);
        Assert.Contains("more than 1048576 bytes; give long texts in files", (string)problem["detail"]!);
    }

    private static async Task<(string Ids, int Total)> ListAsync(OrchestraApi api, string path, string list, string id)
    {
        JsonNode body = (await api.GetAsync(path)).Body;
        return (string.Join(' ', body[list]!.AsArray().Select(p => (string)p![id]!)), (int)body["total"]!);
    }

    /// <summary>All ids, a page of one at a time.</summary>
    private static async Task<List<string>> PagesAsync(OrchestraApi api, string path, string list, string id)
    {
        var ids = new List<string>();
        string? next = null;
        do
        {
            JsonNode body = (await api.GetAsync($"{path}{(path.Contains('?') ? '&' : '?')}limit=1&after={next}")).Body;
            ids.Add((string)Assert.Single(body[list]!.AsArray())![id]!);
            next = (string?)body["next"];
        }
        while (next is not null);
        return ids;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { tag } } };
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        Assert.Equal(response.StatusCode == HttpStatusCode.NotModified, (await response.Content.ReadAsByteArrayAsync(Cancel)).Length == 0);
        return response.StatusCode;
    }
}
