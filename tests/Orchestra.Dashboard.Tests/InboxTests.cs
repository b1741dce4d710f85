using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>Ways to answer and to learn of what waits.</summary>
public sealed class InboxTests(DashboardFixture dashboard)
{
    private const string Broken = "echo broken > state.txt";
    private const string Build = "grep -q mended state.txt";

    [Fact]
    public async Task A_conflict_is_resolved_by_hand()
    {
        using TestRepository repository = TestRepository.Create();
        const string Name = "By hand";
        JsonNode launched = await dashboard.PostAsync("api/gm/launch", new JsonObject
        {
            ["project_name"] = Name,
            ["repo_path"] = repository.Folder,
            ["agents"] = new JsonArray(Agent("sed -i s/^2$/left/ a.txt"), Agent("sed -i s/^2$/right/ a.txt")),
        });
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/");
        ILocator card = Card(page, Name);
        await Expect(card.GetByText("left", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await Expect(card.GetByText("right", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await DashboardFixture.ShotAsync(page, "inbox-conflict");

        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Manual" }).ClickAsync();
        await Expect(page.GetByText($"{Name}: The merge is being laid out in")).ToBeVisibleAsync();
        ILocator worktree = card.GetByText("Worktree:").Locator("code");
        await Expect(worktree).ToBeVisibleAsync();
        string file = Path.Combine(await worktree.InnerTextAsync(), "a.txt");
        await File.WriteAllTextAsync(file, "1\nboth\n3\n", TestContext.Current.CancellationToken);
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();

        await dashboard.UntilAsync($"api/gm/projects/{launched["project_id"]}", p => (string)p["phase"]! == "completed");
        Assert.Equal("1\nboth\n3\n", repository.Read("a.txt"));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_decision_is_answered_by_keys_alone_and_the_comment_reaches_the_agent()
    {
        using TestRepository repository = TestRepository.Create();
        const string Name = "By keys";
        string told = Path.Combine(repository.Root, "told");
        string id = await dashboard.LaunchAsync(repository, Name, $"cat > {told}; echo mended > state.txt", Build, Broken);
        (IPage page, _) = await dashboard.OpenAsync("/");
        await Expect(Card(page, Name)).ToBeVisibleAsync();

        await TabToAsync(page, Name, "INPUT");
        await page.Keyboard.TypeAsync("Mind the état");
        await TabToAsync(page, Name, "BUTTON");
        await page.Keyboard.PressAsync("Enter");

        await dashboard.UntilAsync($"api/gm/projects/{id}", p => (string)p["phase"]! == "completed");
        Assert.Contains("Mind the état", await File.ReadAllTextAsync(told, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_new_decision_is_announced_and_notified_of_once_that_is_wanted()
    {
        using TestRepository repository = TestRepository.Create();
        const string Name = "Told of";
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/projects");
        // What a browser shows outside of its pages cannot be seen; that it is asked to can.
        await page.AddInitScriptAsync("""
            window.told = [];
            document.hasFocus = () => false;
            window.Notification = class {
                static permission = 'default';
                static async requestPermission() { return Notification.permission = 'granted'; }
                constructor(title, options) { window.told.push(`${title}: ${options.body}`); }
            };
            """);
        await page.GoAgainAsync();
        ILocator button = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Notify" });
        await Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        await button.ClickAsync();
        await Expect(button).ToHaveAttributeAsync("aria-pressed", "true");

        await dashboard.LaunchAsync(repository, Name, "true", Build, Broken);

        await page.WaitForFunctionAsync("name => window.told.some(t => t.startsWith(`${name} waits for you: The build failed`))", Name);
        await Expect(page.Locator("[data-announcer]")).ToHaveAttributeAsync("aria-live", "polite");
        Assert.Empty(complaints);

        // Others may be told of since, so what was said is looked for in a page of its own.
        (IPage other, _) = await dashboard.OpenAsync("/costs");
        await other.EvaluateAsync("""
            () => {
                window.said = [];
                const announcer = document.querySelector('[data-announcer]');
                new MutationObserver(() => window.said.push(announcer.textContent)).observe(announcer, { childList: true, characterData: true, subtree: true });
            }
            """);
        using TestRepository another = TestRepository.Create();
        await dashboard.LaunchAsync(another, "Announced", "true", Build, Broken);
        await other.WaitForFunctionAsync("() => window.said.some(t => t.startsWith('Announced waits for a decision: The build failed'))");
    }

    [Fact]
    public async Task Decisions_are_announced_and_notified_of_where_the_browser_lets_no_page_show_a_notification_by_itself()
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/costs", script: """
            localStorage.setItem('orchestra-notify', 'on');
            document.hasFocus = () => false;
            window.Notification = class {
                static permission = 'granted';
                constructor() { throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.'); }
            };
            """);
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Notify" })).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Context.GrantPermissionsAsync(["notifications"]);
        await page.EvaluateAsync("""
            () => {
                window.said = [];
                const announcer = document.querySelector('[data-announcer]');
                new MutationObserver(() => window.said.push(announcer.textContent)).observe(announcer, { childList: true, characterData: true, subtree: true });
            }
            """);
        foreach (string name in new[] { "Refused first", "Refused then" })
        {
            using TestRepository repository = TestRepository.Create();
            await dashboard.LaunchAsync(repository, name, "true", Build, Broken);
            await page.WaitForFunctionAsync("name => window.said.some(t => t.startsWith(`${name} waits for a decision`))", name);
            await page.WaitForFunctionAsync("""
                async name => {
                    const workers = await navigator.serviceWorker.getRegistrations();
                    const shown = await Promise.all(workers.map(worker => worker.getNotifications()));
                    return shown.flat().some(n => n.title === `${name} waits for you` && n.body.startsWith('The build failed'));
                }
                """, name);
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task What_each_agent_does_now_is_seen_at_a_glance()
    {
        using TestRepository repository = TestRepository.Create();
        const string Name = "At a glance";
        string go = Path.Combine(repository.Root, "go");
        string id = await dashboard.LaunchAsync(repository, Name, "true", null, $"echo reading the '<b>code</b>'; while [ ! -f {go} ]; do sleep 0.05; done; echo x > x.txt");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/", 375, 800);
        ILocator card = page.Locator("article.card", new PageLocatorOptions { HasText = Name });
        await Expect(card.GetByText("reading the <b>code</b>")).ToBeVisibleAsync();
        await DashboardFixture.ShotAsync(page, "phone-glance");

        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await dashboard.UntilAsync($"api/gm/projects/{id}", p => (string)p["phase"]! == "completed");
        await Expect(card).ToHaveCountAsync(0);
        Assert.Empty(complaints);
    }

    private static ILocator Card(IPage page, string name) => page.Locator("article.decision", new PageLocatorOptions { HasText = name });

    private static JsonObject Agent(string script) => new()
    {
        ["team"] = "feature-dev", ["task"] = script, ["command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-e", "-c", script) },
    };

    /// <summary>Presses Tab until an element of the decision has the focus.</summary>
    private static async Task TabToAsync(IPage page, string name, string tag)
    {
        const int Most = 300;
        const string Script = "([name, tag]) => document.activeElement.tagName === tag && document.activeElement.closest('article.decision')?.innerText.includes(name) === true";
        for (int i = 0; i < Most && !await page.EvaluateAsync<bool>(Script, new[] { name, tag }); i++)
            await page.Keyboard.PressAsync("Tab");
        Assert.True(await page.EvaluateAsync<bool>(Script, new[] { name, tag }), $"No {tag} of {name} can be reached by Tab.");
    }
}
