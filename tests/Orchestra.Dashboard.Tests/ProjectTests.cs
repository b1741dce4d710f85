using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Client;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>What can be done to a project on its page, each after it was asked once more, and what the page shows of it.</summary>
public sealed class ProjectTests(DashboardFixture dashboard)
{
    private static readonly LocatorAssertionsToContainTextOptions Patiently = new() { Timeout = PageChecks.Patience };

    [Fact]
    public async Task A_failed_project_shows_its_gates_and_decisions_is_retried_and_cancelled()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await dashboard.LaunchAsync(repository, "Retried", "true", buildCommand: "echo it is red; false", task: "echo x > x.txt");
        JsonNode waiting = await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["decisions"]!.AsArray().Count > 0);
        await dashboard.PostAsync($"api/gm/decisions/{waiting["decisions"]![0]!["decision_id"]}/resolve", new JsonObject { ["action"] = "reject", ["comment"] = "not like this" });
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}");
        ILocator state = page.Locator("main > p .state");
        await Expect(state).ToHaveTextAsync("failed", new LocatorAssertionsToHaveTextOptions { Timeout = PageChecks.Patience });
        await page.Locator("details.gate summary").First.ClickAsync();
        await Expect(page.Locator("details.gate pre").First).ToContainTextAsync("it is red");
        ILocator history = page.Locator("section:has(#decisions) tbody tr");
        await Expect(history).ToContainTextAsync("rejected", Patiently);
        await Expect(history).ToContainTextAsync("not like this");

        await ConfirmAsync(page, "Retry");
        await Expect(page.Locator("main > p").First).ToContainTextAsync("retry 1", Patiently);
        await Expect(page.Locator("article.decision")).ToContainTextAsync("it is red", Patiently);
        await ConfirmAsync(page, "Cancel project");
        await Expect(state).ToHaveTextAsync("cancelled", new LocatorAssertionsToHaveTextOptions { Timeout = PageChecks.Patience });
        // What was done again has bars of its own: the wait for a person, and the build.
        await Expect(page.Locator(".timeline .row", new PageLocatorOptions { HasText = "waits for a person" })).ToHaveCountAsync(2);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_landed_project_shows_its_cost_against_its_budget_is_pushed_and_unlanded()
    {
        using TestRepository repository = TestRepository.Create();
        string remote = Path.Combine(repository.Root, "remote.git");
        repository.Git("init", "-q", "--bare", remote);
        repository.Git("remote", "add", "origin", remote);
        using var client = new OrchestraClient(dashboard.Address);
        LaunchResponse launched = await client.LaunchAsync(
            new LaunchRequest("Pushed", repository.Folder, null, null, [new LaunchAgent("feature-dev", "run: echo x > x.txt")], ClientMode: "claude-code", MaxCostUsd: 5),
            TestContext.Current.CancellationToken);
        await dashboard.UntilAsync($"api/gm/projects/{launched.ProjectId}", p => (string)p["phase"]! == "completed");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{launched.ProjectId}");
        ILocator facts = page.Locator("dl.facts").First;
        await Expect(facts).ToContainTextAsync("$0.0125 of $5.00 at most", Patiently);
        await ConfirmAsync(page, "Push");
        await Expect(page.GetByText("Pushed to origin, main.")).ToBeVisibleAsync(PageChecks.Patiently);
        Assert.Equal(repository.Git("rev-parse", "main"), repository.GitIn(remote, "rev-parse", "main"));
        await ConfirmAsync(page, "Unland");
        await Expect(facts).ToContainTextAsync("undone by", Patiently);
        Assert.Empty(complaints);
    }

    private static async Task ConfirmAsync(IPage page, string action)
    {
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = action, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = action }).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = action }).ClickAsync();
    }
}
