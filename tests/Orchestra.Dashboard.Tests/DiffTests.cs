using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>What a session changed, for a person who is to judge it: nothing in it is hidden, whatever it is.</summary>
public sealed class DiffTests(DashboardFixture dashboard)
{
    private const string Changes =
        """
        git mv old.txt new.txt; printf 'a\0b' > data.bin; printf 'safe\033[2K\rnot <b>safe</b>\n' > trick.txt; sed -i 's/^2$/two/' a.txt
        head -c 100000 /dev/zero | tr '\0' x > wide.txt; seq 1 2000 > long.txt; git rm -q README.md
        """;

    [Fact]
    public async Task Changes_of_every_kind_are_seen_as_they_are_and_stay_open_when_they_are_read_again()
    {
        using TestRepository repository = TestRepository.Create();
        repository.Commit("More", ("old.txt", string.Concat(Enumerable.Repeat("the same\n", 30))));
        string go = Path.Combine(repository.Root, "go"), changed = Path.Combine(repository.Root, "changed");
        string id = await dashboard.LaunchAsync(repository, "Changes", "true", buildCommand: null, task: $"""
            {Changes}
            git add -A; touch '{changed}'; while [ ! -f '{go}' ]; do sleep 0.05; done; echo later > later.txt
            """);
        JsonNode project = await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["sessions"]!.AsArray().Count > 0 && File.Exists(changed));
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/sessions/{project["sessions"]![0]!["session_id"]}");
        ILocator files = page.Locator(".difffile");
        await Expect(files).ToHaveCountAsync(7);
        foreach (string name in new[] { "trick.txt", "new.txt", "wide.txt", "long.txt" })
        {
            ILocator button = Head(page, name);
            if (await button.GetAttributeAsync("aria-expanded") == "false")
                await button.PressAsync("Enter");
            await Expect(button).ToHaveAttributeAsync("aria-expanded", "true");
        }

        await Expect(FileOf("trick.txt")).ToContainTextAsync("+safe␛[2K␍not <b>safe</b>");
        await Expect(FileOf("data.bin")).ToContainTextAsync("Binary files");
        await Expect(FileOf("new.txt")).ToContainTextAsync("rename from old.txt");
        // What has no lines has no empty frame.
        await Expect(FileOf("new.txt").Locator(".scroll")).ToHaveCountAsync(0);
        await Expect(FileOf("wide.txt")).ToContainTextAsync("more characters");
        await Expect(FileOf("long.txt")).ToContainTextAsync("Show more, 1601 lines are left");

        // Beside each other they differ in signs, too, not in colours alone.
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Split" }).ClickAsync();
        await Expect(FileOf("a.txt").Locator("td.removed")).ToHaveTextAsync("−2");
        await Expect(FileOf("a.txt").Locator("td.added")).ToHaveTextAsync("+two");
        await page.SetViewportSizeAsync(375, 800);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 375"));

        await Head(page, "a.txt").ClickAsync();
        await Expect(Head(page, "a.txt")).ToHaveAttributeAsync("aria-expanded", "false");
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await Expect(files).ToHaveCountAsync(8);
        await Expect(Head(page, "a.txt")).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(Head(page, "long.txt")).ToHaveAttributeAsync("aria-expanded", "true");
        Assert.Empty(complaints);

        ILocator FileOf(string name) => files.Filter(new LocatorFilterOptions { Has = page.Locator($"h3 code:text-is('{name}')") });
    }

    private static ILocator Head(IPage page, string name) => page.Locator(".difffile h3 button", new PageLocatorOptions { Has = page.Locator($"code:text-is('{name}')") });
}
