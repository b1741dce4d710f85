using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The dashboard in a real browser against the real host with real projects.</summary>
public sealed class DashboardTests(DashboardFixture dashboard)
{
    [Theory]
    [InlineData("Approve", "completed")]
    [InlineData("Reject", "failed")]
    public async Task A_decision_is_answered_from_the_inbox(string button, string end)
    {
        using TestRepository repository = TestRepository.Create();
        string name = $"Gate {button}";
        await dashboard.LaunchAsync(repository, name, "echo mended > state.txt", buildCommand: "cat state.txt && grep -q mended state.txt", task: "echo broken > state.txt");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/");
        ILocator card = page.Locator("article.decision", new PageLocatorOptions { HasText = name });
        await Expect(card.GetByText("broken").First).ToBeVisibleAsync();
        await DashboardFixture.ShotAsync(page, $"inbox-{button}");

        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = button }).ClickAsync();
        await Expect(card.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await page.GoAsync("/projects");
        await Expect(page.Locator("tr", new PageLocatorOptions { HasText = name }).GetByText(end, new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_used_up_budget_is_raised_from_the_inbox()
    {
        using TestRepository repository = TestRepository.Create();
        const string Name = "Runs out of turns";
        await dashboard.PostAsync("api/gm/launch", new JsonObject
        {
            ["project_name"] = Name,
            ["repo_path"] = repository.Folder,
            ["agents"] = new JsonArray(new JsonObject
            {
                ["team"] = "feature-dev", ["client_mode"] = "claude-code", ["max_turns"] = 3,
                ["task"] = "run: echo x > x.txt\nresult: \"subtype\":\"error_max_turns\",\"is_error\":true",
            }),
        });
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/");
        ILocator card = page.Locator("article.decision", new PageLocatorOptions { HasText = Name });
        await Expect(card.GetByText("$0.0125 and 1 turn")).ToBeVisibleAsync();
        await DashboardFixture.ShotAsync(page, "inbox-budget");

        string project = (await card.GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = Name }).GetAttributeAsync("href"))!;
        (IPage other, _) = await dashboard.OpenAsync(project);
        await Expect(other.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Agents" }).GetByText("asks for more")).ToBeVisibleAsync();
        await other.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "run: echo x > x.txt" }).First.ClickAsync();
        await Expect(other.GetByText("Waits: A limit was reached")).ToBeVisibleAsync();

        await other.GoAsync(project);
        ILocator timeline = other.Locator(".timeline");
        await Expect(timeline.GetByText("waits, budget", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();

        ILocator turns = card.GetByLabel("Allow in all, turns");
        await Expect(turns).ToHaveValueAsync("6");
        await turns.FillAsync("1");
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();
        await Expect(card.GetByRole(AriaRole.Alert)).ToContainTextAsync("Allow more than that in all");
        await turns.FillAsync("9");
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();
        await Expect(card).ToHaveCountAsync(0);
        await page.GoAsync("/projects");
        await Expect(page.Locator("tr", new PageLocatorOptions { HasText = Name }).GetByText("completed", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await Expect(timeline.GetByText("agent, run 2, waited", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await Expect(timeline.GetByText("agent, run 3, continued", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_project_is_launched_from_the_form_and_shown_live()
    {
        using TestRepository repository = TestRepository.Create();
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await page.GetByLabel("Name").FillAsync("From the form");
        await page.GetByLabel("Repository").FillAsync(repository.Folder);
        await page.Locator("[name=client_mode]").SelectOptionAsync("claude-code");
        await page.GetByLabel("Team").FillAsync("feature-dev");
        await page.GetByLabel("Task").FillAsync("run: echo x > x.txt");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Launch", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "From the form" })).ToBeVisibleAsync();
        await Expect(page.Locator("main > p .state")).ToHaveTextAsync("completed");
        await DashboardFixture.ShotAsync(page, "project");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task What_agents_and_people_write_is_never_markup()
    {
        using TestRepository repository = TestRepository.Create();
        const string Hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202E\u001b[31m";
        string id = await dashboard.LaunchAsync(repository, Hostile, "true", buildCommand: null, task: "echo '<b onclick=alert(3)>x</b>'; echo a > a2.txt");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}");
        await Expect(page.GetByText("completed").First).ToBeVisibleAsync();
        Assert.Contains("<script>alert(2)</script>", await page.Locator("h1").InnerTextAsync());
        Assert.Equal(0, await page.Locator("main img, main script, main [onclick*=alert]").CountAsync());
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData("/", "inbox", "Inbox")]
    [InlineData("/projects", "projects", "Projects")]
    [InlineData("/launch", "launch", "Launch")]
    public Task Pages_fit_and_axe_finds_nothing_serious(string path, string name, string heading) =>
        dashboard.AssertSoundAsync(path, name, p => p.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = heading, Level = 1 }));
}
