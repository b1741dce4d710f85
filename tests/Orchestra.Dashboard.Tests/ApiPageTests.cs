using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The page of the API in a real browser: it shows the routes, under its strict policy, and asks nobody but the host.</summary>
public sealed class ApiPageTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task It_shows_the_routes_and_needs_nothing_from_elsewhere()
    {
        await using IBrowser browser = await dashboard.LaunchBrowserAsync();
        IPage page = await browser.NewPageAsync();
        page.SetDefaultTimeout((float)Eventually.Patience.TotalMilliseconds);
        var foreign = new List<string>();
        var complaints = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(dashboard.Address.ToString(), StringComparison.Ordinal) && request.Url.StartsWith("http", StringComparison.Ordinal))
                foreign.Add(request.Url);
        };
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                complaints.Add(message.Text);
        };
        await page.GotoAsync($"{dashboard.Address}scalar");
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Agent Orchestra" }).First)
            .ToBeVisibleAsync();
        await page.WaitForFunctionAsync("document.body.innerText.includes('/api/')");
        await DashboardFixture.ShotAsync(page, "scalar");
        Assert.Empty(foreign);
        Assert.Empty(complaints);
    }
}
