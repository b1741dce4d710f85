using Microsoft.Playwright;

namespace Orchestra.Dashboard.Tests;

/// <summary>
/// Ways to a page, each over once that is live: until then a click may be lost, and what was found in the page is replaced.
/// </summary>
internal static class Navigation
{
    public static async Task GoAsync(this IPage page, string address)
    {
        await page.GotoAsync(address);
        await page.UntilLiveAsync();
    }

    public static async Task GoAgainAsync(this IPage page)
    {
        await page.ReloadAsync();
        await page.UntilLiveAsync();
    }

    /// <summary>Presses a button that asks once more, and then the one of the same name in what it asks.</summary>
    public static async Task ConfirmAsync(this IPage page, string action)
    {
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = action, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = action }).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = action }).ClickAsync();
    }

    public static Task UntilLiveAsync(this IPage page) => page.Locator("main[data-live=yes]").WaitForAsync();
}
