using Microsoft.Playwright;
using Orchestra.Client;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>One project seen through the pages as a person goes through them; its pictures are those of the README (docs/screenshots.sh).</summary>
public sealed class TourTests(DashboardFixture dashboard)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_project_with_a_conflict_from_the_inbox_to_its_sessions()
    {
        using TestRepository repository = TestRepository.CreateEmpty();
        repository.Commit(
            "A to-do list for the terminal",
            ("todo.sh", "#!/bin/sh\n# usage: todo.sh list | add TEXT\nfile=${TODO_FILE:-todo.txt}\ncase $1 in\nlist) cat \"$file\" ;;\nadd) shift; echo \"$*\" >>\"$file\" ;;\nesac\n"),
            ("test.sh", "sh -n todo.sh && echo '4 passed, 0 failed'\n"));
        using var client = new OrchestraClient(dashboard.Address);
        LaunchResponse launched = await client.LaunchAsync(
            new LaunchRequest("To-do list", repository.Folder, "sh -n todo.sh", "sh test.sh",
            [
                Agent("Number the items in the list", "sed -i 's/^list).*/list) cat -n \"$file\" ;;/' todo.sh"),
                Agent("Sort the list by its text", "sed -i 's/^list).*/list) sort \"$file\" ;;/' todo.sh"),
                Agent("Add a command that counts open items", "sed -i 's/^esac/count) wc -l <\"$file\" ;;\\nesac/' todo.sh"),
                Agent("Describe the commands in a README", "echo '# To-do' >README.md"),
            ],
            Script("git checkout --theirs todo.sh; sed -i 's/^list).*/list) sort \"$file\" | cat -n ;;/' todo.sh")), Cancel);

        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/", width: 1280, height: 900);
        ILocator card = page.Locator("article.decision", new PageLocatorOptions { HasText = "To-do list" });
        await Expect(card.GetByText("cat -n").First).ToBeVisibleAsync();
        await ShotAsync(page, "inbox");

        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();
        await dashboard.UntilAsync($"api/gm/projects/{launched.ProjectId}", p => (string)p["phase"]! == "completed");
        await page.SetViewportSizeAsync(1280, 1100);
        await page.GoAsync($"/projects/{launched.ProjectId}");
        await Expect(page.Locator("#timeline ~ *").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "To-do list" })).ToBeVisibleAsync();
        await ShotAsync(page, "project");
        await Expect(page.Locator("table.heat td.heat-1")).ToHaveCountAsync(2);
        await Expect(page.Locator("section:has(#plan) tbody tr")).ToHaveCountAsync(4);
        await Expect(page.Locator("section:has(#decisions) tbody tr")).ToContainTextAsync("approved");
        await Expect(page.Locator(".commits circle.merge")).Not.ToHaveCountAsync(0);

        await page.GoAsync($"/sessions/{launched.SessionIds[0]}");
        await page.SetViewportSizeAsync(1280, 1300);
        await Expect(page.GetByText("item 3 of 3").First).ToBeVisibleAsync();
        await Expect(page.GetByText("cat -n").First).ToBeVisibleAsync();
        await ShotAsync(page, "session");
        Assert.Empty(complaints);
        Assert.Contains("sort \"$file\" | cat -n", repository.Show("main", "todo.sh"));
    }

    [Theory]
    [InlineData("Merge", "merged", true)]
    [InlineData("Discard", "discarded", false)]
    public async Task A_session_of_its_own_is_merged_or_discarded(string button, string result, bool lands)
    {
        using TestRepository repository = TestRepository.Create();
        using var client = new OrchestraClient(dashboard.Address);
        TeamLaunched launched = await client.LaunchTeamAsync("feature-dev", "Add a file\nrun: echo x > x.txt", repository.Folder, "claude-code", Cancel);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/sessions/{launched.SessionId}");
        await page.ConfirmAsync(button);

        await Expect(page.GetByText($"· {result}")).ToBeVisibleAsync();
        Assert.Equal(lands, File.Exists(Path.Combine(repository.Folder, "x.txt")));
        Assert.Equal(lands ? "" : "x", lands ? "" : repository.Show($"refs/orchestra/kept/{launched.SessionId}", "x.txt"));
        Assert.Empty(complaints);
    }

    private static LaunchAgent Agent(string task, string change) => new(
        "feature-dev", task, Script($"for i in 1 2 3; do echo \"{task}: item $i of 3\"; done; {change}; git diff --stat"));

    private static CommandLine Script(string script) => new(["/bin/sh", "-e", "-c", script]);

    private static Task ShotAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", $"tour-{name}.png") });
}
