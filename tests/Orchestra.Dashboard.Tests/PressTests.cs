using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>Pages change while somebody presses a button.</summary>
public sealed class PressTests(DashboardFixture dashboard)
{
    private const string Push = "main => main.insertAdjacentHTML('afterbegin', '<div id=pushing><br><br><br><br></div>')";

    [Fact]
    public async Task A_button_that_is_moved_while_it_is_pressed_is_pressed_all_the_same()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await PressMovedAsync(page, Add(page));
        await Expect(page.Locator("[name='agents[1].team']")).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_fold_and_a_link_that_are_moved_while_they_are_pressed_are_pressed_all_the_same()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        ILocator fold = page.GetByText("Mode, command and limits");
        await PressMovedAsync(page, fold);
        await Expect(page.Locator("[name='agents[0].max_turns']")).ToBeVisibleAsync();
        await page.Locator("main").EvaluateAsync("main => main.insertAdjacentHTML('beforeend', '<p><a href=/costs>Further</a></p>')");
        await PressMovedAsync(page, page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Further" }));
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Costs" })).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_button_that_the_pointer_leaves_before_it_comes_up_is_not_pressed()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await Add(page).HoverAsync();
        await page.Mouse.DownAsync();
        LocatorBoundingBoxResult place = (await page.Locator("h1").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(place.X + 5, place.Y + 5);
        await page.Mouse.UpAsync();

        // A press that counts comes after it, so that there are two agents and not three.
        await Add(page).ClickAsync();
        await Expect(page.Locator("[name='agents[1].team']")).ToBeVisibleAsync();
        await Expect(page.Locator("[name='agents[2].team']")).ToHaveCountAsync(0);
        Assert.Empty(complaints);
    }

    private static async Task PressMovedAsync(IPage page, ILocator pressed)
    {
        await pressed.HoverAsync();
        await page.Mouse.DownAsync();
        await page.Locator("main").EvaluateAsync(Push);
        await page.Mouse.UpAsync();
    }

    private static ILocator Add(IPage page) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" });
}
