using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Storage;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>More projects than fit on a page, on a host of their own.</summary>
public sealed class ManyProjectsTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    private const int Later = 120;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_stays_in_the_inbox_and_all_are_found_by_phase_and_page()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await dashboard.LaunchAsync(repository, "Waits since long", "true", buildCommand: "echo it is red; false", task: "echo x > x.txt");
        await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["decisions"]!.AsArray().Count > 0);
        await StoreLaterOnesAsync();

        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/");
        await Expect(page.Locator("article.decision", new PageLocatorOptions { HasText = "Waits since long" })).ToContainTextAsync("it is red");

        await page.GoAsync("/projects");
        ILocator rows = page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(50);
        // A long reason leaves room for the others.
        await Expect(rows.First).ToContainTextAsync("it went wrong");
        Assert.InRange((await rows.First.BoundingBoxAsync())!.Height, 20, 150);
        await page.GetByLabel("Phase").SelectOptionAsync(Phases.Completed);
        await Expect(page).ToHaveURLAsync(new Uri(dashboard.Address, "projects?phase=completed").ToString());
        await Expect(page.GetByText($"1 to 50 of {Later}")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Older" }).ClickAsync();
        await Expect(page.GetByText($"51 to 100 of {Later}")).ToBeVisibleAsync();
        await Expect(rows.First).ToContainTextAsync($"Later {Later - 51}");
        await page.GoAsync($"/projects?phase={Phases.Building}");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("Waits since long");
        await page.GoAsync("/projects?phase=failed");
        await Expect(page.GetByText("No project matches.")).ToBeVisibleAsync();
        await page.GoAsync("/projects?phase=nowhere");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("'nowhere' is unknown");
        Assert.Empty(complaints);
    }

    private async Task StoreLaterOnesAsync()
    {
        JsonNode status = JsonNode.Parse(await dashboard.Http.GetStringAsync("api/status", Cancel))!;
        using var tables = new SqliteTableStore((string)status["db_path"]!);
        var store = new ProjectStore(tables);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        for (int n = 0; n < Later; n++)
        {
            await store.SaveProjectAsync(
                new ProjectRecord
                {
                    ProjectId = Ids.At(now.AddMinutes(1 + n), $"{n:x6}"),
                    ProjectName = $"Later {n}",
                    RepoPath = "/src/repository",
                    Phase = Phases.Completed,
                    ErrorMessage = string.Concat(Enumerable.Repeat("it went wrong ", 300)),
                    StartedAt = now.UtcDateTime,
                },
                Cancel);
        }
    }
}
