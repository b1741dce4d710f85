using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The pages over everything that ran: sums, agents, history, costs, teams, control.</summary>
public sealed class OverviewTests(DashboardFixture dashboard)
{
    private const string Hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202Etxt.exe\u001b[31m";

    [Fact]
    public async Task What_an_agent_did_is_in_overview_agents_history_costs_and_teams_as_text()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await dashboard.LaunchAsync(repository, $"Done {Hostile}", "true", buildCommand: null, task: $"printf '%s\\n' '{Hostile}'; echo x > x.txt");
        await dashboard.UntilAsync("api/executions", e => e["executions"]!.AsArray().Any(x => (string)x!["id"]! == id));
        // Soon, while it is among the newest: others run on this host, too.
        await dashboard.AssertSoundAsync("/overview", "overview", p => p.Locator("tbody tr", new PageLocatorOptions { HasText = "Done <script>" }));
        await dashboard.AssertSoundAsync("/teams?team=feature-dev&status=completed", "teams", p => p.Locator("tbody tr", new PageLocatorOptions { HasText = "Done <script>" }));

        await dashboard.PostAsync("api/teams/launch", new JsonObject { ["team_name"] = "feature-dev", ["task_description"] = "run: true", ["repo_path"] = repository.Folder, ["client_mode"] = "claude-code" });
        await dashboard.UntilAsync("api/costs", c => (decimal)c["total_cost"]! > 0);

        await dashboard.AssertSoundAsync("/agents", "agents", p => p.GetByRole(AriaRole.Rowheader, new PageGetByRoleOptions { Name = "feature-dev" }));
        await dashboard.AssertSoundAsync("/history", "history", p => p.Locator("tbody tr", new PageLocatorOptions { HasText = "Done <script>" }));
        await dashboard.AssertSoundAsync($"/history/{id}", "execution", p => p.Locator("pre", new PageLocatorOptions { HasText = "<script>alert(1)" }));
        await dashboard.AssertSoundAsync("/costs", "costs", p => p.GetByRole(AriaRole.Img, new PageGetByRoleOptions { NameRegex = new("at most \\$0.0") }));

        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/history/{id}");
        await Expect(page.Locator("pre").First).ToContainTextAsync("<script>alert(1)</script>");
        string main = await page.Locator("main").InnerTextAsync();
        Assert.DoesNotContain('\u202e', main);
        Assert.DoesNotContain('\u001b', main);
        Assert.Equal(0, await page.Locator("main img, main script").CountAsync());
        await page.GoAsync("/history");
        ILocator row = page.Locator("tbody tr", new PageLocatorOptions { HasText = "Done <script>" });
        // No client told a cost, and what is known of the time is when it ended.
        await Expect(row.Locator("td").Nth(4)).ToHaveTextAsync("–");
        await Expect(page.GetByRole(AriaRole.Columnheader).Nth(5)).ToHaveTextAsync("Ended");
        await page.GoAsync("/history/20200101-000000-abcdef");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no execution");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_orchestrator_is_started_and_stopped_and_the_configuration_shows_its_sources()
    {
        using TestRepository repository = TestRepository.Create();
        await dashboard.AssertSoundAsync("/control", "control", p => p.GetByText("client.commands.default.argv"));
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/control");
        await Expect(page.Locator("tr", new PageLocatorOptions { HasText = "client.default_mode" })).ToContainTextAsync("file, line 2");
        await page.GetByLabel("Key contains").FillAsync("default_mode");
        await Expect(page.Locator("section:has(#configuration) tbody tr")).ToHaveCountAsync(1);

        await page.GetByLabel("Repository").FillAsync("/no/such/folder");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("/no/such/folder");
        await page.Locator("form.start select").First.SelectOptionAsync("hold");
        await page.GetByLabel("Repository").FillAsync(repository.Folder);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.Locator("dd .state")).ToContainTextAsync("running");
        await page.ConfirmAsync("Stop the orchestrator");
        await Expect(page.Locator("dd .state")).ToContainTextAsync("stopped");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_session_is_launched_from_the_teams_page()
    {
        using TestRepository repository = TestRepository.Create();
        string task = $"true # {Guid.NewGuid():N}";
        (IPage page, _) = await dashboard.OpenAsync("/teams");
        await page.GetByText("Launch a session").ClickAsync();
        await page.Locator("details.launch").GetByLabel("Task").FillAsync(task);
        await page.Locator("details.launch").GetByLabel("Repository").FillAsync(repository.Folder);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Launch", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sessions/"));
        await page.GoAsync("/teams?team=feature-dev");
        await Expect(page.Locator("tbody tr", new PageLocatorOptions { HasText = task })).ToBeVisibleAsync();
        JsonNode sessions = await dashboard.UntilAsync("api/teams?team=feature-dev", s => s["sessions"]!.AsArray().Any(x => (string)x!["task_description"]! == task));
        Assert.NotNull(sessions);
    }
}
