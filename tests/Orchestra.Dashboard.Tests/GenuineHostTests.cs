using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The workflow pages over an API that answers as the genuine host does.</summary>
public sealed class GenuineHostTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task Its_instances_are_shown_and_its_refusals_understood()
    {
        var api = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        var pages = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        using var genuine = new GenuineHost(api);
        using CliProcess standalone = await CliProcess.StartAsync(pages, null, "dashboard", "--api", $"{api}", "--urls", $"{pages}");
        (IPage page, _) = await dashboard.OpenAsync($"{pages}workflows");
        await page.Locator("tbody a").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 })).ToContainTextAsync("Order o 1");
        ILocator rows = page.Locator(".timeline .row");
        await Expect(rows).ToHaveCountAsync(6);
        await Expect(rows.Nth(1)).ToContainTextAsync("activity completed, 10:00:01.000 to 10:00:02.000");
        await Expect(rows.Nth(2)).ToContainTextAsync("timer completed, 10:00:02.100 to 10:00:05.000");
        await Expect(rows.Nth(3)).ToContainTextAsync("orchestration cancelled");
        await Expect(page.Locator("table.history")).ToContainTextAsync("Ship child-1");
        await Expect(page.Locator("pre.error")).ToContainTextAsync("no stock");

        foreach ((string action, string refusal) in new[] { ("Rewind", "The host behind the API cannot rewind."), ("Restart", "The storage is away."), ("Purge", "There is no instance o 1") })
        {
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = $"{action}…" }).ClickAsync();
            await page.Locator("form.ask", new PageLocatorOptions { HasText = action }).Locator("button[type=submit]").ClickAsync();
            await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(refusal);
        }

        // An open page looks whether anything is new, and reads the history again only then; once more than seen, since a change is told to the second.
        await Eventually.TrueAsync(() => genuine.States >= 2, () => "The page looks no more.");
        Assert.InRange(genuine.Histories, 1, 3);
    }
}
