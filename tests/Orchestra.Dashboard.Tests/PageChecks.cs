using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>What holds for every page.</summary>
internal static class PageChecks
{
    // To describe what passes costs more than to find what does not.
    private static readonly AxeRunOptions OnlyViolations = new() { ResultTypes = [ResultType.Violations] };

    // In another colour scheme the page has the same elements.
    private static readonly AxeRunOptions OnlyColours = new() { ResultTypes = [ResultType.Violations], RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast", "link-in-text-block"] } };

    /// <summary>The page as it is, dark on a phone, light and dark on a desk: it fits, axe finds nothing that matters, it has a title, the browser does not complain.</summary>
    /// <param name="ready">What is seen once the page has its data.</param>
    public static async Task AssertSoundAsync(this DashboardFixture dashboard, string path, string name, Func<IPage, ILocator> ready)
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync(path, 375, 900, ColorScheme.Dark);
        await Expect(ready(page).First).ToBeVisibleAsync();
        Assert.EndsWith("· Agent Orchestra", await page.TitleAsync());
        await AssertFitsAsync(page, 375, $"{name}-phone-dark", OnlyViolations);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1200, 900);
        await AssertFitsAsync(page, 1200, $"{name}-light", OnlyViolations);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await AssertFitsAsync(page, 1200, $"{name}-dark", OnlyColours);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    private static async Task AssertFitsAsync(IPage page, int width, string name, AxeRunOptions rules)
    {
        await DashboardFixture.ShotAsync(page, name);
        int wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(wide <= width, $"{page.Url} is {wide} pixels wide.");
        var violations = (await page.RunAxe(rules)).Violations.Where(v => v.Impact is "moderate" or "serious" or "critical");
        Assert.Empty(violations.Select(v => $"{v.Id}: {v.Help} {v.Nodes[0].Html}"));
    }
}
