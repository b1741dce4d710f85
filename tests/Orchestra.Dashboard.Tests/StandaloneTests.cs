using System.Net;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The dashboard as a process of its own, for the API of another one that asks for a key.</summary>
public sealed class StandaloneTests(DashboardFixture dashboard) : IDisposable
{
    private const string Key = "key-of-the-api-0123456789";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("orchestra-standalone-");
    private readonly Uri api = new($"http://127.0.0.1:{FreePort.Next()}/");
    private readonly Uri pages = new($"http://127.0.0.1:{FreePort.Next()}/");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task It_shows_the_host_behind_the_key_and_tells_when_that_is_gone()
    {
        CliProcess host = await StartHostAsync();
        using CliProcess standalone = await CliProcess.StartAsync(pages, null, "dashboard", "--api", $"{api}", "--urls", $"{pages}", "--key", Key);
        await AssertRulesAsync();

        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"{pages}?code={Key}");
        await Expect(page.GetByText("Nothing is waiting.")).ToBeVisibleAsync();
        Assert.DoesNotContain("code=", page.Url, StringComparison.Ordinal);
        (IPage logs, _) = await dashboard.OpenAsync($"{pages}?code={Key}");
        await AssertEmptyPagesAsync(logs);
        host.Dispose();
        await Expect(page.GetByText("Connection lost")).ToBeVisibleAsync();
        await Expect(logs.GetByRole(AriaRole.Alert)).ToContainTextAsync($"No host answers at {api}");
        using CliProcess again = await StartHostAsync();
        await Expect(page.GetByText("Connection lost")).ToBeHiddenAsync();
        await Expect(logs.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another-key-0123456789")]
    public async Task Without_a_key_that_the_host_knows_its_pages_say_how_to_give_one(string? wrong)
    {
        using CliProcess host = await StartHostAsync();
        string[] shown = wrong is null ? [] : ["--key", wrong];
        using CliProcess standalone = await CliProcess.StartAsync(pages, null, ["dashboard", "--api", $"{api}", "--urls", $"{pages}", .. shown]);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"{pages}?code={wrong}");
        await Expect(page.Locator("main .empty")).ToContainTextAsync("A valid key is needed");
        await Expect(page.Locator("main .empty")).ToContainTextAsync($"with a key that {api} knows, by --key or in the variable ORCHESTRA_API_KEY.");
        await Expect(page.Locator("[data-feed=lost]")).ToContainTextAsync("Access refused");
        await DashboardFixture.ShotAsync(page, $"standalone-{(wrong is null ? "without" : "wrong")}-key");
        await page.GoAsync($"{pages}costs");
        await Expect(page.Locator("main").GetByRole(AriaRole.Alert)).ToContainTextAsync("by --key or in the variable");
        Assert.Empty(complaints);
    }

    /// <summary>What pages say while there is nothing to show yet; ends on one that goes on reading.</summary>
    private async Task AssertEmptyPagesAsync(IPage page)
    {
        foreach ((string path, string text) in new[]
        {
            ("overview", "Nothing has ended yet."), ("agents", "No agent has ended yet."), ("history", "Nothing has ended yet."), ("costs", "nothing was spent"),
            ("teams", "No session yet."), ("workflows", "No workflow has run yet."), ("logs?level=critical", "Nothing was logged at this level."),
        })
        {
            await page.GoAsync(new Uri(pages, path).ToString());
            await Expect(page.GetByText(text)).ToBeVisibleAsync();
        }
    }

    /// <summary>The same rules as the host's: a key, our own names only, nothing from elsewhere.</summary>
    private async Task AssertRulesAsync()
    {
        using var http = new HttpClient { BaseAddress = pages };
        using var stranger = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html" } } };
        using HttpResponseMessage asked = await http.SendAsync(stranger);
        Assert.Equal(HttpStatusCode.Unauthorized, asked.StatusCode);

        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "x-functions-key", Key }, { "Host", "rebound.example" } } };
        using HttpResponseMessage refused = await http.SendAsync(rebound);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        using var known = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "x-functions-key", Key } } };
        using HttpResponseMessage shown = await http.SendAsync(known);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Contains("script-src 'self';", shown.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("DENY", shown.Headers.GetValues("X-Frame-Options").Single());
        Assert.DoesNotContain(Key, await shown.Content.ReadAsStringAsync());
    }

    private Task<CliProcess> StartHostAsync() => CliProcess.StartAsync(
        api, Key, "up", "--data", Path.Combine(folder.FullName, "data"), "--port", $"{api.Port}", "--config", CliProcess.TestConfig);
}
