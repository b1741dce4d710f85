using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The host's own dashboard where everybody has a key of their own: it works, and the audit log names the person.</summary>
public sealed class KeyedHostTests(DashboardFixture dashboard) : IDisposable
{
    private const string Key = "operate-key-0123456789";
    private const string AdminKey = "admin-key-0123456789";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("orchestra-keyed-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_launch_from_the_form_is_the_persons_own()
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        string data = Path.Combine(folder.FullName, "data");
        using TestRepository repository = TestRepository.Create();
        using CliProcess host = await CliProcess.StartInAsync(
            address, new Dictionary<string, string?> { ["ORCHESTRA_API_KEY"] = null, ["ORCHESTRA_API_KEYS"] = $"bob:operate:{Key},ann:admin:{AdminKey}" },
            "up", "--data", data, "--port", $"{address.Port}", "--config", CliProcess.TestConfig);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"{address}launch?code={Key}");
        await page.GetByLabel("Name").FillAsync("Bob's");
        await page.GetByLabel("Repository").FillAsync(repository.Folder);
        await page.GetByLabel("Team").FillAsync("feature-dev");
        await page.GetByLabel("Task").FillAsync("true");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Launch", Exact = true }).ClickAsync();
        // The form has a state of its own: that of the repository.
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Bob's" })).ToBeVisibleAsync();
        await Expect(page.Locator("main > p .state:is(.completed, .failed)")).ToBeVisibleAsync();
        await page.GoAsync($"{address}workflows");
        await Expect(page.GetByText("This page needs a key of the role admin.")).ToBeVisibleAsync();
        (IPage admins, _) = await dashboard.OpenAsync($"{address}workflows?code={AdminKey}");
        await Expect(admins.Locator("tbody tr", new PageLocatorOptions { HasText = "ProjectOrchestrator" })).ToBeVisibleAsync();
        Assert.Empty(complaints);

        JsonNode launch = Assert.Single(
            (await File.ReadAllLinesAsync(Path.Combine(data, "audit.log"), TestContext.Current.CancellationToken)).Select(l => JsonNode.Parse(l)!), l => l.ToJsonString().Contains("/api/gm/launch", StringComparison.Ordinal));
        Assert.Contains("\"bob\"", launch.ToJsonString());
    }
}
