using Microsoft.Playwright;
using Orchestra.Client;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The page of a team's session: who did what at which price, what was changed, and how to go on from it.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const string Config = """
        client:
          default_mode: claude-code
        teams:
          definitions:
            pair:
              description: Two, one after the other.
              teammates:
                - {name: architect, role: Design it}
                - {name: implementer, role: Write it}
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("orchestra-session-");
    private readonly DashboardFixture dashboard;

    public SessionTests()
    {
        string config = Path.Combine(folder.FullName, "orchestra.yml");
        File.WriteAllText(config, Config);
        dashboard = new DashboardFixture { Config = config };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => dashboard.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await dashboard.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_team_shows_its_tasks_its_usage_its_changes_and_the_ways_on()
    {
        using TestRepository repository = TestRepository.CreateEmpty();
        repository.Commit("A list", ("list.txt", "one\ntwo\nthree\n"));
        using var client = new OrchestraClient(dashboard.Address);
        TeamLaunched launched = await client.LaunchTeamAsync(
            "pair", "Mend the list\nrun architect: echo plan > plan.txt\nrun implementer: sed -i s/two/2/ list.txt", repository.Folder, "claude-code", Cancel);
        await client.EndOfSessionAsync(launched.SessionId, Cancel);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/sessions/{launched.SessionId}");
        await Expect(page.Locator("dl.facts").First).ToContainTextAsync("$0.0250, 4,000 tokens in, 200 out");
        ILocator tasks = page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "Teammates" }).Locator("tbody tr");
        await Expect(tasks).ToHaveCountAsync(2);
        foreach ((int n, string name) in new[] { "architect", "implementer" }.Index())
        {
            await Expect(tasks.Nth(n)).ToContainTextAsync(name);
            await Expect(tasks.Nth(n)).ToContainTextAsync("completed");
            await Expect(tasks.Nth(n)).ToContainTextAsync("$0.0125");
        }

        await page.GetByText("What architect wrote").ClickAsync();
        await Expect(page.GetByText("Done by architect.", new PageGetByTextOptions { Exact = true }).First).ToBeVisibleAsync();
        ILocator list = page.Locator(".difffile:has(h3:has-text('list.txt'))");
        await Expect(list.Locator("table.unified tr", new LocatorLocatorOptions { HasText = "−two" })).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Split" }).ClickAsync();
        await Expect(list.Locator("table.split tr:has(td.removed):has(td.added)")).ToContainTextAsync("two");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Unified" }).ClickAsync();
        await Expect(list.Locator("table.unified")).ToBeVisibleAsync();

        await Expect(page.GetByText("claude --resume")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Recover its work" }).ClickAsync();
        await Expect(page.GetByText($"orchestra recover {launched.SessionId} --to")).ToBeVisibleAsync();
        await Expect(page.Locator("dl.facts").Last).ToContainTextAsync($"team/{launched.SessionId}");
        await DashboardFixture.ShotAsync(page, "session-team");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Resume as a new project" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(dashboard.Address, $"launch?session={launched.SessionId}").ToString());
        await Expect(page.GetByLabel("Repository")).ToHaveValueAsync(repository.Folder);
        await Expect(page.Locator("[name='agents[0].client_mode']")).ToHaveValueAsync("claude-code");
        Assert.Empty(complaints);
    }
}
