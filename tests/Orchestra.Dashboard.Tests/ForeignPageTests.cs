using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;

namespace Orchestra.Dashboard.Tests;

/// <summary>
/// A page that the user visits, in a real browser: from another origin, and from a name that was made to point here after the page had loaded
/// (DNS rebinding). The host's own page gets through with the same script, so it is the host that refuses the others.
/// </summary>
public sealed class ForeignPageTests(DashboardFixture dashboard)
{
    private const string ReboundName = "rebound.example";

    [Fact]
    public async Task Another_origin_can_neither_read_nor_launch_nor_open_a_socket()
    {
        int other = FreePort.Next();
        foreach (string origin in new[] { $"http://{ReboundName}:{other}/", $"http://127.0.0.1:{other}/", $"http://localhost:{dashboard.Address.Port}/" })
            Assert.Empty(await AttackAsync(origin, dashboard.Address.ToString()));
    }

    [Fact]
    public async Task A_rebound_name_can_neither_read_nor_launch_nor_open_a_socket()
    {
        string page = $"http://{ReboundName}:{dashboard.Address.Port}/";
        Assert.Empty(await AttackAsync(page, page));
    }

    [Fact]
    public async Task Our_own_page_can()
    {
        string[] got = await AttackAsync(dashboard.Address.ToString(), dashboard.Address.ToString(), launches: true);
        Assert.Equal(["read", "read with cookies", "events", "launch as JSON", "launch as text", "socket"], got.Except(["script", "frame", "launch unseen"]));
    }

    /// <returns>What succeeded.</returns>
    private async Task<string[]> AttackAsync(string page, string host, bool launches = false)
    {
        using TestRepository repository = TestRepository.Create();
        // Newer browsers keep other pages from this machine by themselves; here the host has to.
        await using IBrowser browser = await dashboard.LaunchBrowserAsync(
            ["LocalNetworkAccessChecks", "LocalNetworkAccessChecksWebSockets"], $"--host-resolver-rules=MAP {ReboundName} 127.0.0.1");
        IPage visited = await browser.NewPageAsync();
        visited.SetDefaultTimeout((float)Eventually.Patience.TotalMilliseconds);
        // As served before the name was made to point to us; everything else goes where it goes.
        await visited.RouteAsync(page, route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html", Body = "<!doctype html><body>hello" }));
        await visited.GotoAsync(page);
        string[] got = await visited.EvaluateAsync<string[]>(ForeignPage.Attack, new[] { host, repository.Folder });
        JsonNode projects = (await dashboard.Http.GetFromJsonAsync<JsonNode>("api/gm/projects?limit=500"))!;
        Assert.Equal(launches, projects["projects"]!.AsArray().Any(p => (string)p!["repo_path"]! == repository.Folder));
        if (launches)
            await EndAsync(repository.Folder);
        return got;
    }

    private Task EndAsync(string repository) => dashboard.UntilAsync(
        "api/gm/projects?limit=500", all => !all["projects"]!.AsArray().Any(p => (string)p!["repo_path"]! == repository && p["completed_at"] is null));
}
