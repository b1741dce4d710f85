using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>A page that is open while its host is killed and started again heals by itself and loses nothing.</summary>
public sealed class ReconnectTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task An_open_page_works_again_after_the_host_was_killed_and_restarted()
    {
        (IPage page, _) = await dashboard.OpenAsync("/launch");
        ILocator add = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" });
        await add.ClickAsync();
        await Expect(page.GetByLabel("Team")).ToHaveCountAsync(2);
        await page.GetByLabel("Task").Nth(1).FillAsync("typed before");
        await page.EvaluateAsync("() => window.before = true");
        dashboard.KillHost();
        await page.GetByLabel("Name").FillAsync("typed meanwhile");
        await dashboard.StartHostAsync();

        // The page comes back anew with what was typed, and answers to clicks.
        await page.WaitForFunctionAsync("() => !window.before");
        await page.UntilLiveAsync();
        await Expect(page.GetByText("What you had typed is back.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Name")).ToHaveValueAsync("typed meanwhile");
        await Expect(page.GetByLabel("Task").Nth(1)).ToHaveValueAsync("typed before");
        await add.ClickAsync();
        await Expect(page.GetByLabel("Team")).ToHaveCountAsync(3);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Clear the form" }).ClickAsync();
        await Expect(page.GetByLabel("Team")).ToHaveCountAsync(1);
        await page.WaitForFunctionAsync("() => !sessionStorage.getItem('orchestra-draft:/launch')");
    }
}
