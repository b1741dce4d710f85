using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>What becomes of an answer when others answer too, a button is pressed twice, or the page goes before it is sent.</summary>
public sealed class DecisionTests(DashboardFixture dashboard)
{
    private const string Broken = "echo broken > state.txt";
    private const string Build = "grep -q mended state.txt";

    // Everything that the page ever said.
    private const string Listen =
        """
        () => {
            window.said = [];
            const main = document.querySelector('main');
            new MutationObserver(() => main.querySelectorAll('[role=alert], [role=status] p').forEach(e => said.push(e.textContent)))
                .observe(main, { childList: true, characterData: true, subtree: true });
        }
        """;

    [Fact]
    public async Task Whoever_answers_second_is_told_so_and_finds_the_focus_on_the_page()
    {
        using TestRepository repository = TestRepository.Create();
        const string Name = "Answered by two";
        string id = await dashboard.LaunchAsync(repository, Name, "true", Build, Broken);
        Uri between = new($"http://127.0.0.1:{FreePort.Next()}/"), pages = new($"http://127.0.0.1:{FreePort.Next()}/");
        using var relay = new Relay(between, dashboard.Address);
        using CliProcess standalone = await CliProcess.StartAsync(pages, null, "dashboard", "--api", $"{between}", "--urls", $"{pages}");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"{pages}");
        ILocator card = page.Locator("article.decision", new PageLocatorOptions { HasText = Name });
        await Expect(card).ToBeVisibleAsync();
        relay.Before = async request =>
        {
            if (request.HttpMethod == "POST" && request.RawUrl!.EndsWith("/resolve", StringComparison.Ordinal))
                await dashboard.PostAsync(request.RawUrl, new JsonObject { ["action"] = "reject" });
        };

        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();

        await Expect(page.GetByText($"{Name}: This answer came too late. Decision")).ToContainTextAsync("is rejected already.");
        await Expect(card.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await dashboard.UntilAsync($"api/gm/projects/{id}", p => (string)p["phase"]! == "failed");
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_answered_elsewhere_while_a_comment_is_typed_is_told_and_leaves_no_draft(bool ofProject)
    {
        using TestRepository repository = TestRepository.Create();
        string name = $"Answered elsewhere, {(ofProject ? "project" : "inbox")}";
        string id = await dashboard.LaunchAsync(repository, name, "true", Build, Broken);
        JsonNode waits = await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["decisions"]!.AsArray().Count > 0);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync(ofProject ? $"/projects/{id}" : "/");
        ILocator card = page.Locator("article.decision", new PageLocatorOptions { HasText = name });
        await card.GetByLabel("Comment").PressSequentiallyAsync("Half a thought");
        await Expect(card.GetByLabel("Comment")).ToBeFocusedAsync();

        await dashboard.PostAsync($"api/gm/decisions/{waits["decisions"]![0]!["decision_id"]}/resolve", new JsonObject { ["action"] = "reject", ["comment"] = "Too late for it" });

        ILocator told = page.Locator("main [role=status] p", new PageLocatorOptions { HasText = name });
        await Expect(told).ToContainTextAsync("was rejected elsewhere, with the comment \"Too late for it\". Your comment was not sent: \"Half a thought\".");
        await Expect(card.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await page.WaitForFunctionAsync("() => !Object.keys(sessionStorage).some(key => key.startsWith('orchestra-draft:'))");
        await DashboardFixture.ShotAsync(page, $"answered-elsewhere-{ofProject}");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Close" }).ClickAsync();
        await Expect(told).ToHaveCountAsync(0);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Who_types_into_one_card_keeps_the_focus_when_another_one_is_answered_elsewhere()
    {
        using TestRepository repository = TestRepository.Create();
        using TestRepository another = TestRepository.Create();
        const string Name = "Typed into", Other = "Gone beside it";
        await dashboard.LaunchAsync(repository, Name, "true", Build, Broken);
        string other = await dashboard.LaunchAsync(another, Other, "true", Build, Broken);
        await dashboard.UntilAsync($"api/gm/projects/{other}", p => p["decisions"]!.AsArray().Count > 0);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/", 375, 800);
        ILocator comment = page.Locator("article.decision", new PageLocatorOptions { HasText = Name }).GetByLabel("Comment");
        await Expect(page.Locator("article.decision", new PageLocatorOptions { HasText = Other })).ToBeVisibleAsync();
        await comment.PressSequentiallyAsync("Half a thought");

        await dashboard.PostAsync($"api/gm/projects/{other}/cancel", new JsonObject());

        await Expect(page.Locator("main [role=status] p", new PageLocatorOptions { HasText = Other })).ToContainTextAsync("is not asked any more: its project has ended.");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", "answered-elsewhere-phone.png") });
        await Expect(comment).ToBeFocusedAsync();
        await Expect(comment).ToHaveValueAsync("Half a thought");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Who_types_as_soon_as_the_page_lives_keeps_the_focus_and_the_words()
    {
        using TestRepository repository = TestRepository.Create();
        using TestRepository another = TestRepository.Create();
        const string Name = "Begun at once", Other = "Gone soon after";
        string id = await dashboard.LaunchAsync(repository, Name, "true", Build, Broken);
        string other = await dashboard.LaunchAsync(another, Other, "true", Build, Broken);
        foreach (string waits in new[] { id, other })
            await dashboard.UntilAsync($"api/gm/projects/{waits}", p => p["decisions"]!.AsArray().Count > 0);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/agents");
        TaskCompletionSource drawn = await page.HoldBackWhatIsDrawnAsync();
        await page.GoAsync("/");
        ILocator comment = page.Locator("article.decision", new PageLocatorOptions { HasText = Name }).GetByLabel("Comment");
        await comment.PressSequentiallyAsync("Half a");

        drawn.SetResult();
        await dashboard.PostAsync($"api/gm/projects/{other}/cancel", new JsonObject());

        // What the server does last, it did after all that it does first.
        await Expect(page.Locator("main [role=status] p", new PageLocatorOptions { HasText = Other })).ToContainTextAsync("is not asked any more");
        await page.Keyboard.TypeAsync(" thought");

        await Expect(comment).ToBeFocusedAsync();
        await Expect(comment).ToHaveValueAsync("Half a thought");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_button_that_is_pressed_twice_answers_once()
    {
        using TestRepository repository = TestRepository.Create();
        const string Name = "Pressed twice";
        string id = await dashboard.LaunchAsync(repository, Name, "true", Build, Broken);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}");
        ILocator reject = page.Locator("article.decision").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Reject" });
        await Expect(reject).ToBeVisibleAsync();
        await page.EvaluateAsync(Listen);
        await reject.EvaluateAsync("button => { button.click(); button.click(); }");
        ILocator retry = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Retry" });
        await Expect(page.GetByText($"{Name}: Rejected.")).ToBeVisibleAsync();

        await retry.ClickAsync();
        await page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "Retry" }).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Retry" })
            .EvaluateAsync("button => { button.click(); button.click(); }");
        await Expect(page.GetByText("It goes on.")).ToBeVisibleAsync();
        await Expect(page.Locator("article.decision")).ToBeVisibleAsync();

        await dashboard.UntilAsync($"api/gm/projects/{id}", p => (int)p["retries"]! == 1);
        string[] said = await page.EvaluateAsync<string[]>("() => [...new Set(window.said)]");
        Assert.Equal([$"{Name}: Rejected.", "It goes on."], said.Where(s => !s.EndsWith('…')));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task What_failed_is_seen_from_its_end_with_the_branch_that_came_last()
    {
        using TestRepository repository = TestRepository.Create();
        const string Name = "Fails at length";
        string id = await dashboard.LaunchAsync(repository, Name, "true", "seq 1 500; echo it is red; false", Broken);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}");
        ILocator card = page.Locator("article.decision"), output = card.GetByRole(AriaRole.Group, new LocatorGetByRoleOptions { Name = "End of the output" });
        await Expect(output).ToContainTextAsync("it is red");
        const string EndIsSeen =
            """
            pre => {
                const text = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT).nextNode();
                const range = document.createRange();
                range.setStart(text, text.data.lastIndexOf('red'));
                range.setEnd(text, range.startOffset + 3);
                const last = range.getBoundingClientRect(), frame = pre.getBoundingClientRect();
                return pre.scrollHeight > pre.clientHeight && last.top >= frame.top && last.bottom <= frame.bottom;
            }
            """;
        Assert.True(await output.EvaluateAsync<bool>(EndIsSeen));
        await page.Locator("details.gate summary").First.ClickAsync();
        Assert.True(await page.Locator("details.gate pre").First.EvaluateAsync<bool>(EndIsSeen));
        await DashboardFixture.ShotAsync(page, "decision-tail");
        await card.GetByText("Merged last:").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = Name }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "Output" })).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_comment_that_is_not_sent_yet_outlives_the_page()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await dashboard.LaunchAsync(repository, "Half a comment", "true", Build, Broken);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}");
        ILocator comment = page.Locator("article.decision").GetByLabel("Comment");
        await comment.PressSequentiallyAsync("Not like");
        await page.GoAgainAsync();
        await Expect(comment).ToHaveValueAsync("Not like");
        await comment.PressAsync("End");
        await comment.PressSequentiallyAsync(" this");
        // Return in the comment answers nothing.
        await comment.PressAsync("Enter");
        await page.Locator("article.decision").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Reject" }).ClickAsync();
        await Expect(page.Locator("section:has(#decisions) tbody tr")).ToContainTextAsync("Not like this");
        await page.WaitForFunctionAsync("() => !Object.keys(sessionStorage).some(key => key.startsWith('orchestra-draft:'))");
        Assert.Empty(complaints);
    }
}
