using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>A page that is open while its host is killed and started again heals by itself.</summary>
public sealed class ReconnectTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    private static readonly LocatorAssertionsToHaveCountOptions Patiently = new() { Timeout = 60_000 };

    [Fact]
    public async Task An_open_page_works_again_after_the_host_was_killed_and_restarted()
    {
        (IPage page, _) = await dashboard.OpenAsync("/launch");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" }).ClickAsync();
        await Expect(page.GetByLabel("Team")).ToHaveCountAsync(2, Patiently);
        dashboard.KillHost();
        await dashboard.StartHostAsync();

        // The page comes back anew, with one agent in its form, and answers to clicks.
        await Expect(page.GetByLabel("Team")).ToHaveCountAsync(1, Patiently);
        await page.Locator("main[data-live=yes]").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" }).ClickAsync();
        await Expect(page.GetByLabel("Team")).ToHaveCountAsync(2, Patiently);
    }
}
