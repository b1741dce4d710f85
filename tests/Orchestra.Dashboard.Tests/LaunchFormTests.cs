using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The form to launch a project: what is wrong is said at its field, what was typed stays, the keyboard is enough.</summary>
public sealed class LaunchFormTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task What_is_missing_or_no_number_is_said_at_the_fields_at_once()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await LaunchAsync(page);
        await AssertWrongAsync(Field(page, "project_name"), "Give the project a name.");
        await AssertWrongAsync(Field(page, "repo_path"), "absolute path");
        await AssertWrongAsync(Field(page, "agents[0].team"), "which team");
        await AssertWrongAsync(Field(page, "agents[0].task"), "what is to be done");
        await Expect(Field(page, "project_name")).ToBeFocusedAsync();
        await DashboardFixture.ShotAsync(page, "launch-errors");

        await Field(page, "project_name").FillAsync("Named");
        await Field(page, "repo_path").FillAsync("/somewhere");
        await Field(page, "agents[0].team").FillAsync("feature-dev");
        await Field(page, "agents[0].task").FillAsync("true");
        await page.GetByText("Mode, command and limits").ClickAsync();
        await Field(page, "agents[0].max_turns").FillAsync("1.5");
        await Field(page, "agents[0].max_cost_usd").FillAsync("2,50");
        await page.GetByText("Mode, command and limits").ClickAsync();
        await LaunchAsync(page);
        await AssertWrongAsync(Field(page, "agents[0].max_turns"), "whole number from 1 to");
        await AssertWrongAsync(Field(page, "agents[0].max_cost_usd"), "like 2.50");
        // It was folded away, and what is wrong is nevertheless seen.
        await Expect(Field(page, "agents[0].max_cost_usd")).ToBeFocusedAsync();
        await Expect(page.Locator("[aria-invalid=true]")).ToHaveCountAsync(2);
        await Expect(Field(page, "agents[0].max_turns")).ToHaveValueAsync("1.5");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task What_the_host_refuses_is_said_at_its_field_and_nothing_typed_is_lost()
    {
        using TestRepository repository = TestRepository.Create();
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await FillAsync(page, "Second try", "/no/such/folder", "feature-dev", "true");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" }).ClickAsync();
        await Field(page, "agents[1].team").FillAsync("nobody");
        await Field(page, "agents[1].task").FillAsync("Two\nlines");

        await LaunchAsync(page);
        await AssertWrongAsync(Field(page, "agents[1].team"), "There is no team 'nobody'");
        await Expect(Field(page, "agents[1].team")).ToBeFocusedAsync();
        await Field(page, "agents[1].team").FillAsync("feature-dev");
        // The button stays under the pointer that presses it when the error above it goes.
        await Launch(page).HoverAsync();
        await page.Mouse.DownAsync();
        await Expect(page.Locator("[aria-invalid=true]")).ToHaveCountAsync(0);
        await page.Mouse.UpAsync();
        await AssertWrongAsync(Field(page, "repo_path"), "does not exist");
        await Expect(Field(page, "repo_path")).ToBeFocusedAsync();
        await Expect(page.Locator("[aria-invalid=true]")).ToHaveCountAsync(1);
        await Expect(Field(page, "agents[1].task")).ToHaveValueAsync("Two\nlines");

        await Field(page, "agents[1].task").FillAsync("true");
        await Field(page, "repo_path").FillAsync(repository.Folder);
        await LaunchAsync(page);
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Second try" })).ToBeVisibleAsync();
        // What was launched is not offered again.
        await page.WaitForFunctionAsync("() => !sessionStorage.getItem('orchestra-draft:/launch')");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_template_fills_every_field_and_all_can_be_changed()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await page.GetByLabel("Template").SelectOptionAsync("two-limited");
        foreach ((string name, string value) in new[]
        {
            ("project_name", "two-limited"), ("repo_path", "/nowhere"), ("build_command", "make"), ("gates", "batch"), ("max_cost_usd", "12.5"), ("max_turns", "300"),
            ("agents[0].team", "feature-dev"), ("agents[0].task", "Do the first thing"), ("agents[0].client_mode", "api"), ("agents[0].timeout_seconds", "90"),
            ("agents[0].max_cost_usd", "2.25"), ("agents[0].max_turns", "40"), ("agents[1].team", "hold"), ("agents[1].task", "Do the second thing"), ("agents[1].client_mode", ""),
        })
            await Expect(Field(page, name)).ToHaveValueAsync(value);
        await Expect(Field(page, "agents[0].client_mode")).ToBeVisibleAsync();

        using TestRepository repository = TestRepository.Create();
        await Field(page, "repo_path").FillAsync(repository.Folder);
        await Field(page, "max_cost_usd").FillAsync("");
        await Field(page, "max_turns").FillAsync("");
        await Field(page, "agents[0].client_mode").SelectOptionAsync("");
        await Field(page, "agents[0].command").FillAsync("/bin/sh\n-c\ntrue # {prompt}");
        await Field(page, "agents[0].max_cost_usd").FillAsync("");
        await Field(page, "agents[0].max_turns").FillAsync("");
        await Field(page, "agents[0].timeout_seconds").FillAsync("75");
        await DryRunAsync(page);
        ILocator plan = page.Locator("section:has(#dryrun)");
        await Expect(plan).ToContainTextAsync("(command, at most 1 min 15 s)");
        await Expect(plan).ToContainTextAsync("Once after all clean merges: build with “make”");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Who_types_as_soon_as_the_page_lives_keeps_these_words_and_gets_the_former_ones_back()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await FillAsync(page, "Typed before", "/no/such/folder", "feature-dev", "true");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" }).ClickAsync();
        await Field(page, "agents[1].task").FillAsync("Of the second");
        TaskCompletionSource drawn = await page.HoldBackWhatIsDrawnAsync();
        await page.GoAsync("/launch");
        ILocator task = Field(page, "agents[0].task");
        await task.PressSequentiallyAsync("Half a");

        drawn.SetResult();
        await Expect(page.GetByText("What you had typed is back.")).ToBeVisibleAsync();
        await page.Keyboard.TypeAsync(" thought");

        await Expect(task).ToBeFocusedAsync();
        await Expect(task).ToHaveValueAsync("Half a thought");
        await Expect(Field(page, "project_name")).ToHaveValueAsync("Typed before");
        await Expect(Field(page, "repo_path")).ToHaveValueAsync("/no/such/folder");
        await Expect(Field(page, "agents[1].task")).ToHaveValueAsync("Of the second");
        // The server has them, too.
        await LaunchAsync(page);
        await AssertWrongAsync(Field(page, "agents[1].team"), "which team");
        await Expect(page.Locator("[aria-invalid=true]")).ToHaveCountAsync(1);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_template_that_is_chosen_as_soon_as_the_page_lives_stays_chosen()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/agents");
        TaskCompletionSource drawn = await page.HoldBackWhatIsDrawnAsync();
        await page.GoAsync("/launch");
        await page.GetByLabel("Template").SelectOptionAsync("two-limited");
        await Expect(Field(page, "project_name")).ToHaveValueAsync("two-limited");

        drawn.SetResult();
        // What the server did in between is done by the time that this is answered.
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" }).ClickAsync();
        await Expect(Field(page, "agents[2].team")).ToBeFocusedAsync();

        await Expect(Field(page, "project_name")).ToHaveValueAsync("two-limited");
        await Expect(Field(page, "agents[1].task")).ToHaveValueAsync("Do the second thing");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task What_was_typed_comes_back_when_no_template_is_wanted_after_all()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await Field(page, "project_name").FillAsync("Typed");
        await Field(page, "agents[0].task").FillAsync("With care");
        await page.Keyboard.PressAsync("Tab");
        ILocator template = page.GetByLabel("Template");
        await template.SelectOptionAsync("sample");
        await Expect(Field(page, "agents[0].task")).ToHaveValueAsync("Do something");
        await template.SelectOptionAsync("two-limited");
        await Expect(Field(page, "agents[1].task")).ToHaveValueAsync("Do the second thing");
        await template.SelectOptionAsync("");
        await Expect(Field(page, "agents[0].task")).ToHaveValueAsync("With care");
        await Expect(Field(page, "project_name")).ToHaveValueAsync("Typed");
        await Expect(Field(page, "agents[1].task")).ToHaveCountAsync(0);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_link_to_launch_gives_a_form_without_the_session_that_was_taken_up()
    {
        using TestRepository repository = TestRepository.Create();
        string project = await dashboard.LaunchAsync(repository, "Taken up", "true", buildCommand: null, task: "true");
        JsonNode known = await dashboard.UntilAsync($"api/gm/projects/{project}", p => p["sessions"]!.AsArray().Count > 0);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/launch?session={known["sessions"]![0]!["session_id"]}");
        await Expect(Field(page, "project_name")).ToHaveValueAsync("Taken up");
        await page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Pages" }).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Launch" }).ClickAsync();
        await Expect(Field(page, "project_name")).ToHaveValueAsync("");
        await Expect(Field(page, "repo_path")).ToHaveValueAsync("");
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData(375)]
    [InlineData(1200)]
    public async Task What_has_the_focus_is_never_under_the_bar(int width)
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch", width, 500);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show what would happen" }).FocusAsync();
        while (await page.EvaluateAsync<bool>("() => document.activeElement.closest('form') !== null"))
        {
            Assert.True(await page.EvaluateAsync<bool>(
                "() => document.activeElement.getBoundingClientRect().top >= document.querySelector('.top').getBoundingClientRect().bottom"),
                await page.EvaluateAsync<string>("() => document.activeElement.outerHTML"));
            await page.Keyboard.PressAsync("Shift+Tab");
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_dry_run_is_told_and_goes_when_the_form_changes()
    {
        using TestRepository repository = TestRepository.Create();
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await FillAsync(page, "Tried", repository.Folder, "feature-dev", "true");
        ILocator said = page.Locator("[role=status][data-said]");
        await DryRunAsync(page);
        await Expect(said).ToHaveTextAsync("What would happen is shown below.");
        await Expect(page.Locator("#dryrun")).ToBeInViewportAsync();
        await Field(page, "build_command").FillAsync("make");
        await Field(page, "build_command").PressAsync("Tab");
        await Expect(page.Locator("#dryrun")).ToHaveCountAsync(0);
        await Expect(said).ToContainTextAsync("The form has changed");
        await DryRunAsync(page);
        await Expect(page.Locator("section:has(#dryrun)")).ToContainTextAsync("build with “make”");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" }).ClickAsync();
        await Expect(page.Locator("#dryrun")).ToHaveCountAsync(0);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Agents_are_added_and_removed_by_keys_and_the_focus_stays_with_them()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        ILocator add = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add an agent" });
        await Field(page, "agents[0].task").FillAsync("first");
        foreach (int index in new[] { 1, 2 })
        {
            await add.FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(Field(page, $"agents[{index}].team")).ToBeFocusedAsync();
            await Field(page, $"agents[{index}].task").FillAsync($"number {index + 1}");
        }

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Remove agent 2" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(Field(page, "agents[2].task")).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Remove agent 2" })).ToBeFocusedAsync();
        await Expect(Field(page, "agents[1].task")).ToHaveValueAsync("number 3");
        await Expect(page.Locator("[role=status][data-said]")).ToHaveTextAsync("Agent 2 is removed.");
        await page.Keyboard.PressAsync("Space");
        await Expect(add).ToBeFocusedAsync();
        await Expect(Field(page, "agents[0].task")).ToHaveValueAsync("first");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Remove agent" })).ToHaveCountAsync(0);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_longest_task_is_taken_and_kept()
    {
        using TestRepository repository = TestRepository.Create();
        string task = string.Concat(Enumerable.Repeat("A line of é words\n", 14_500));
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await FillAsync(page, "Long", repository.Folder, "feature-dev", "");
        // As one paste; typed it would take minutes.
        await Field(page, "agents[0].task").EvaluateAsync(
            "(field, text) => { field.value = text; for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true })); }", task);
        await page.GoAgainAsync();
        await Expect(page.GetByText("What you had typed is back.")).ToBeVisibleAsync();
        await Expect(Field(page, "agents[0].task")).ToHaveValueAsync(task);
        await DryRunAsync(page);
        await Expect(page.Locator("#dryrun")).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task While_a_dry_run_is_asked_for_it_cannot_be_asked_again()
    {
        using TestRepository repository = TestRepository.Create();
        (IPage page, _) = await dashboard.OpenAsync("/launch");
        await FillAsync(page, "Slow", repository.Folder, "feature-dev", "true");
        await page.EvaluateAsync(
            """
            () => {
                window.seen = [];
                new MutationObserver(() => seen.push([...document.querySelectorAll('.buttons button')].map(b => b.disabled).join())).observe(
                    document.querySelector('.buttons'), { subtree: true, attributes: true, attributeFilter: ['disabled'] });
            }
            """);
        await DryRunAsync(page);
        await Expect(page.Locator("#dryrun")).ToBeVisibleAsync();
        Assert.Contains("true,true", await page.EvaluateAsync<string[]>("() => window.seen"));
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show what would happen" })).ToBeEnabledAsync();
    }

    private static ILocator Field(IPage page, string name) => page.Locator($"[name='{name}']");

    private static async Task FillAsync(IPage page, string name, string repository, string team, string task)
    {
        await Field(page, "project_name").FillAsync(name);
        await Field(page, "repo_path").FillAsync(repository);
        await Field(page, "agents[0].team").FillAsync(team);
        await Field(page, "agents[0].task").FillAsync(task);
    }

    private static ILocator Launch(IPage page) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Launch", Exact = true });

    private static Task LaunchAsync(IPage page) => Launch(page).ClickAsync();

    private static Task DryRunAsync(IPage page) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show what would happen" }).ClickAsync();

    /// <summary>The message stands beside the field, and whoever is in the field is told it.</summary>
    private static async Task AssertWrongAsync(ILocator field, string message)
    {
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(field).ToHaveAccessibleDescriptionAsync(new Regex(Regex.Escape(message)));
        await Expect(field.Locator("xpath=..").Locator("p.error")).ToContainTextAsync(message);
    }
}
