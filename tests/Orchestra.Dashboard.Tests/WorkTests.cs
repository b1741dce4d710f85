using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The pages of one project, one session, and the launch: what a person sees of work while it is done and afterwards.</summary>
// One clipboard is all tests': who copies and pastes does so alone.
[Collection("Clipboard")]
public sealed class WorkTests(DashboardFixture dashboard)
{
    private const string Go = "while [ ! -f {0} ]; do sleep 0.05; done; ";

    [Fact]
    public async Task A_project_and_its_session_show_the_work_soundly()
    {
        using TestRepository repository = TestRepository.Create();
        string project = await dashboard.LaunchAsync(repository, "Shown", "true", buildCommand: "echo built", task: "echo hello; echo new > b.txt");
        JsonNode end = await dashboard.UntilAsync($"api/gm/projects/{project}", p => (string?)p["phase"] == "completed");
        string session = (string)end["sessions"]![0]!["session_id"]!;
        await dashboard.AssertSoundAsync($"/projects/{project}", "project", p => p.Locator(".timeline .row"));
        await dashboard.AssertSoundAsync($"/sessions/{session}", "session", p => p.Locator(".difffile td.added"));

        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{project}");
        await Expect(page.Locator(".commits tr")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Unland" }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "No", Exact = true })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Unland" })).ToBeFocusedAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Output_is_shown_live_as_text_with_colours_and_folded_tool_calls()
    {
        using TestRepository repository = TestRepository.Create();
        string go = Path.Combine(repository.Root, "go");
        string script = "echo trouble >&2; " + string.Format(System.Globalization.CultureInfo.InvariantCulture, Go, $"'{go}'")
            + @"printf '\033[31mred\033[0m <script>alert(1)</script>\n\342\200\256turned\n[Read] a.cs\n[Bash] make\n'; head -c 1000000 /dev/zero | tr '\0' x; echo; seq 1 100000; echo the end";
        string project = await dashboard.LaunchAsync(repository, "Prints", "true", buildCommand: null, task: script);
        JsonNode running = await dashboard.UntilAsync($"api/gm/projects/{project}", p => p["sessions"]!.AsArray().Count > 0 && (string?)p["sessions"]![0]!["status"] == "running");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/sessions/{running["sessions"]![0]!["session_id"]}");
        await Expect(page.Locator("[data-status]")).ToContainTextAsync("1 line");
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        ILocator terminal = page.Locator(".terminal");
        await Expect(terminal.GetByText("the end", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await Expect(terminal.Locator("[data-status]")).ToContainTextAsync("100,007 lines");

        // Only what is seen is there.
        Assert.InRange(await terminal.Locator(".row").CountAsync(), 1, 60);
        await terminal.Locator("[data-view]").EvaluateAsync("e => e.scrollTop = 0");
        await Expect(terminal.Locator(".stderr")).ToHaveTextAsync("trouble");
        await Expect(terminal.GetByText("2 tool calls")).ToBeVisibleAsync();
        await terminal.GetByText("2 tool calls").ClickAsync();
        await Expect(terminal.GetByText("[Bash] make")).ToBeVisibleAsync();
        int[] red = await terminal.GetByText("red", new LocatorGetByTextOptions { Exact = true }).EvaluateAsync<int[]>(
            "e => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = getComputedStyle(e).color; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data]; }");
        Assert.True(red[0] > 2 * red[1] && red[0] > 2 * red[2], string.Join(' ', red));
        await Expect(terminal.GetByText("⟨U+202E⟩turned")).ToBeVisibleAsync();
        await Expect(terminal.GetByText("998,000 more bytes")).ToBeVisibleAsync();
        Assert.Equal(0, await terminal.Locator("script").CountAsync());

        // Whoever scrolls up reads on there, until the end is followed again.
        await Expect(terminal.GetByLabel("Follow")).Not.ToBeCheckedAsync();
        await terminal.GetByLabel("Follow").CheckAsync();
        await Expect(terminal.GetByText("the end", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await terminal.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Copy" }).ClickAsync();
        await Expect(terminal.Locator("[data-found]")).ToHaveTextAsync("Output copied");
        Assert.EndsWith("100000\nthe end\n", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await terminal.GetByLabel("Search in the output").FillAsync("99999");
        await Expect(terminal.Locator("[data-found]")).ToHaveTextAsync("1 line found");
        await Expect(terminal.Locator("mark")).ToHaveTextAsync("99999");
        IDownload download = await page.RunAndWaitForDownloadAsync(() => terminal.GetByText("Download").ClickAsync());
        Assert.EndsWith("the end\n", await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_launch_is_checked_while_it_is_typed_and_tried_dry()
    {
        using TestRepository repository = TestRepository.Create();
        repository.Write("loose.txt", "not committed");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/launch");
        await page.GetByLabel("Repository").FillAsync("/no/such/folder");
        ILocator check = page.Locator("[data-repository]");
        await Expect(check).ToContainTextAsync("does not exist");
        await page.GetByLabel("Repository").FillAsync(repository.Folder);
        await Expect(check).ToContainTextAsync("main at");
        await Expect(check).ToContainTextAsync("1 file has uncommitted changes");
        await page.GetByLabel("Name").FillAsync("Dry");
        await page.GetByLabel("Team").FillAsync("feature-dev");
        await page.GetByLabel("Task").FillAsync("Nothing yet");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show what would happen" }).ClickAsync();
        await Expect(page.GetByText("Nothing was started.")).ToBeVisibleAsync();
        Assert.DoesNotContain("\"Dry\"", await dashboard.Http.GetStringAsync("api/gm/projects", TestContext.Current.CancellationToken));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_theme_is_chosen_and_remembered()
    {
        (IPage page, _) = await dashboard.OpenAsync("/");
        await NextAsync("as the system");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await page.GoAgainAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await NextAsync("dark");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await NextAsync("light");
        await page.GoAgainAsync();
        await Expect(page.Locator("html")).Not.ToHaveAttributeAsync("data-theme", new Regex("."));

        Task NextAsync(string now) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = $"Colours: {now}" }).ClickAsync();
    }
}
