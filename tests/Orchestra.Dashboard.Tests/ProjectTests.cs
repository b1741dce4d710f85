using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Orchestra.Client;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>What can be done to a project on its page, each after it was asked once more, and what the page shows of it.</summary>
public sealed class ProjectTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_failed_project_shows_its_gates_and_decisions_is_retried_and_cancelled()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await dashboard.LaunchAsync(repository, "Retried", "true", buildCommand: "echo it is red; false", task: "echo x > x.txt");
        JsonNode waiting = await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["decisions"]!.AsArray().Count > 0);
        await dashboard.PostAsync($"api/gm/decisions/{waiting["decisions"]![0]!["decision_id"]}/resolve", new JsonObject { ["action"] = "reject", ["comment"] = "not like this" });
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}");
        ILocator state = page.Locator("main > p .state");
        await Expect(state).ToHaveTextAsync("failed");
        await page.Locator("details.gate summary").First.ClickAsync();
        await Expect(page.Locator("details.gate pre").First).ToContainTextAsync("it is red");
        ILocator history = page.Locator("section:has(#decisions) tbody tr");
        await Expect(history).ToContainTextAsync("rejected");
        await Expect(history).ToContainTextAsync("not like this");

        await page.ConfirmAsync("Retry");
        await Expect(page.Locator("main > p").First).ToContainTextAsync("retry 1");
        await Expect(page.Locator("dl.facts a[href^='/workflows/']")).ToHaveAttributeAsync("href", $"/workflows/{id}-retry-1");
        await Expect(page.Locator("article.decision")).ToContainTextAsync("it is red");
        await page.ConfirmAsync("Cancel project");
        await Expect(state).ToHaveTextAsync("cancelled");
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
            new LaunchRequest("Pushed", repository.Folder, null, null, [new LaunchAgent("feature-dev", "run: echo x > x.txt", MaxCostUsd: 2)], ClientMode: "claude-code", MaxCostUsd: 5, MaxTurns: 40),
            TestContext.Current.CancellationToken);
        await dashboard.UntilAsync($"api/gm/projects/{launched.ProjectId}", p => (string)p["phase"]! == "completed");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{launched.ProjectId}");
        ILocator facts = page.Locator("dl.facts").First;
        await Expect(facts).ToContainTextAsync("$0.0125 of $5.00 at most, 40 turns at most");
        await Expect(page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Agents" }).Locator("tbody tr")).ToContainTextAsync("$0.0125 of $2.00 at most");
        await page.ConfirmAsync("Push");
        await Expect(page.GetByText("Pushed to origin, main.")).ToBeVisibleAsync();
        Assert.Equal(repository.Git("rev-parse", "main"), repository.GitIn(remote, "rev-parse", "main"));
        await page.ConfirmAsync("Unland");
        await Expect(facts).ToContainTextAsync("undone by");
        ILocator commits = page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "What landed, and what undid it" });
        await Expect(commits.Locator("tr").First).ToContainTextAsync("undoes the landing: Undo Pushed");
        await Expect(commits.Locator("tr").First).ToContainTextAsync(repository.Git("rev-parse", "main")[..10]);
        await Expect(commits.Locator("tr", new LocatorLocatorOptions { HasText = "undoes the landing" })).ToHaveCountAsync(1);
        await DashboardFixture.ShotAsync(page, "unlanded");
        await page.SetViewportSizeAsync(375, 800);
        await DashboardFixture.ShotAsync(page, "unlanded-phone");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task An_agent_that_mends_is_listed_with_its_last_line_and_has_a_page_with_its_output()
    {
        using TestRepository repository = TestRepository.Create();
        string go = Path.Combine(repository.Root, "go");
        string id = await dashboard.LaunchAsync(
            repository, "Mended", $"echo 'looks at <b>it</b>'; until test -f '{go}'; do sleep 0.05; done; touch mended; echo has mended it", "test -e mended", "echo x > x.txt");
        JsonNode waiting = await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["decisions"]!.AsArray().Count > 0);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}");
        await dashboard.PostAsync($"api/gm/decisions/{waiting["decisions"]![0]!["decision_id"]}/resolve", new JsonObject { ["action"] = "approve" });
        ILocator agent = page.Locator("section:has(#fixes) tbody tr");
        await Expect(agent).ToContainTextAsync("Mend the build");
        await Expect(agent).ToContainTextAsync("looks at <b>it</b>");
        await Expect(agent.Locator(".state")).ToHaveTextAsync("running");
        ILocator bar = page.Locator(".timeline .row", new PageLocatorOptions { HasText = "Mend the build" });
        await Expect(bar).ToContainTextAsync("mends running, ");
        await DashboardFixture.ShotAsync(page, "project-mending");

        await agent.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 })).ToContainTextAsync("Mend the build");
        ILocator output = page.Locator(".terminal");
        await Expect(output).ToContainTextAsync("looks at <b>it</b>");
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await Expect(output).ToContainTextAsync("has mended it");
        await Expect(page.Locator("main > p .state")).ToHaveTextAsync("completed");
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Go on" })).ToHaveCountAsync(0);
        await page.GoAsync($"/projects/{id}");
        await Expect(page.Locator("main > p .state")).ToHaveTextAsync("completed");
        await Expect(bar).ToContainTextAsync("mends completed, ");
        await DashboardFixture.ShotAsync(page, "project-mended");
        await page.SetViewportSizeAsync(375, 800);
        await DashboardFixture.ShotAsync(page, "project-mended-phone");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task What_an_agent_prints_last_is_told_while_it_works()
    {
        using TestRepository repository = TestRepository.Create();
        string go = Path.Combine(repository.Root, "go");
        string id = await dashboard.LaunchAsync(
            repository, "Talks", "true", buildCommand: null, task: $"echo reads the code; while [ ! -f '{go}' ]; do sleep 0.05; done; echo 'writes <b>code</b>'; while [ ! -f '{go}2' ]; do sleep 0.05; done; echo has done it");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}");
        ILocator agent = page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Agents" }).Locator("tbody tr");
        await Expect(agent).ToContainTextAsync("reads the code");
        await Expect(page.Locator("dl.facts time")).ToHaveTextAsync(new Regex(@"^(just now|\d+ min ago)$"));
        await Expect(page.Locator("dl.facts time")).ToHaveAttributeAsync("title", new Regex(@"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$"));
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await Expect(agent).ToContainTextAsync("writes <b>code</b>");
        await Expect(agent.Locator(".state")).ToHaveTextAsync("running");
        await File.WriteAllTextAsync($"{go}2", "", TestContext.Current.CancellationToken);
        await Expect(agent).ToContainTextAsync("has done it");
        await Expect(page.Locator("main > p .state")).ToHaveTextAsync("completed");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Lines_that_were_kept_of_both_sides_without_a_question_are_there_to_be_looked_at()
    {
        using TestRepository repository = TestRepository.Create();
        using var client = new OrchestraClient(dashboard.Address);
        LaunchResponse launched = await client.LaunchAsync(
            new LaunchRequest("Touching", repository.Folder, "true", null, [Agent("sed -i s/^4$/four/ a.txt"), Agent("sed -i s/^5$/five/ a.txt")]), TestContext.Current.CancellationToken);
        await dashboard.UntilAsync($"api/gm/projects/{launched.ProjectId}", p => (string)p["phase"]! == "completed");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{launched.ProjectId}");
        ILocator kept = page.Locator("section:has(#kept) details");
        await Expect(kept.Locator("summary")).ToContainTextAsync("in a.txt");
        await kept.Locator("summary").ClickAsync();
        await Expect(kept.Locator("pre")).ToContainTextAsync("four");
        await Expect(kept.Locator("pre")).ToContainTextAsync("five");
        Assert.Empty(complaints);

        static LaunchAgent Agent(string script) => new("feature-dev", script, new CommandLine(["/bin/sh", "-e", "-c", script]));
    }

    [Fact]
    public async Task Conflicts_that_are_coming_are_told_while_agents_work_and_become_the_matrix()
    {
        using TestRepository repository = TestRepository.Create();
        using var client = new OrchestraClient(dashboard.Address);
        string go = Path.Combine(repository.Root, "go");
        LaunchResponse launched = await client.LaunchAsync(
            new LaunchRequest("Warned", repository.Folder, null, null, [Agent("left"), Agent("right")]), TestContext.Current.CancellationToken);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{launched.ProjectId}");
        ILocator risk = page.Locator("section:has(#risks) li");
        await Expect(risk.GetByRole(AriaRole.Link)).ToHaveCountAsync(2);
        await Expect(risk).ToContainTextAsync("in a.txt since");
        await Expect(page.Locator(".heat")).ToHaveCountAsync(0);
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await Expect(page.Locator(".heat td.heat-1")).ToHaveCountAsync(2);
        await Expect(risk).ToHaveCountAsync(0);
        Assert.Empty(complaints);

        LaunchAgent Agent(string side) => new("feature-dev", side, new CommandLine(["/bin/sh", "-e", "-c", $"sed -i s/^2$/{side}/ a.txt; git commit -qam {side}; while [ ! -f '{go}' ]; do sleep 0.05; done"]));
    }
}
