using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Core.Logs;
using Orchestra.Storage;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The page of the host's log.</summary>
public sealed class LogTests(DashboardFixture dashboard)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_log_is_live_filtered_and_held()
    {
        using TestRepository repository = TestRepository.Create();
        await dashboard.AssertSoundAsync("/logs", "logs", p => p.Locator("ol.log li"));
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/logs");
        // The log names the programs that it starts.
        string program = Path.Combine(repository.Folder, "..", $"<img src=x onerror=alert(3)>\u202Etxt.exe\u001b[31m{Path.GetRandomFileName()}");
        File.CreateSymbolicLink(program, "/bin/true");
        string id = await dashboard.LaunchAsync(repository, "Logged", new JsonObject { ["argv"] = new JsonArray(program) });
        await Expect(page.Locator("ol.log")).ToContainTextAsync($"Project {id} ended");
        File.Delete(program);
        await Expect(page.Locator("ol.log")).ToContainTextAsync("<img src=x onerror=alert(3)>⟨U+202E⟩txt.exe");
        Assert.Equal(0, await page.Locator("main img").CountAsync());
        Assert.DoesNotContain('\u001b', await page.Locator("ol.log").InnerTextAsync());
        await page.GetByLabel("Contains").FillAsync(id);
        await page.GetByLabel("Contains").PressAsync("Tab");
        await Expect(page).ToHaveURLAsync(new Uri(dashboard.Address, $"logs?text={id}").ToString());
        await Expect(page.Locator("ol.log li")).ToHaveCountAsync(1);
        await page.GetByText("Errors and worse").ClickAsync();
        await Expect(page.Locator("ol.log li")).ToHaveCountAsync(0);

        await page.GoAsync("/logs");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Hold" }).ClickAsync();
        await Expect(page.GetByText("Held.")).ToBeVisibleAsync();
        string second = await dashboard.LaunchAsync(repository, "Logged while held", "true", buildCommand: null, task: "true");
        await dashboard.UntilAsync($"api/logs?text={second} ended", l => l.AsArray().Count > 0);
        Assert.DoesNotContain(second, await page.Locator("ol.log").InnerTextAsync());
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Go on" }).ClickAsync();
        await Expect(page.Locator("ol.log")).ToContainTextAsync($"Project {second} ended");
        await page.GoAsync("/logs?level=loud");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("'loud' is unknown");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Filters_reach_all_lines_that_are_stored_page_by_page()
    {
        const int Page = 300, Many = 2 * Page + 50;
        string mark = Guid.NewGuid().ToString("N");
        await StoreAsync([.. Enumerable.Range(0, Many).Select(n => new LogRecord(
            string.Create(CultureInfo.InvariantCulture, $"{mark}-{n:D10}"), new DateTime(2020, 1, 31, 10, 0, 0, DateTimeKind.Utc).AddSeconds(n),
            n == 0 ? LogLevels.Error : LogLevels.Info, n == 0 ? $"{mark} the first of all" : $"{mark} one of many", "Test"))]);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/logs?text={mark.ToUpperInvariant()}");
        ILocator lines = page.Locator("ol.log li");
        await Expect(lines).ToHaveCountAsync(Page);
        // A time of another day has its date, also where the log is live.
        await Expect(page.GetByText("Live.")).ToBeVisibleAsync();
        await Expect(lines.First.Locator("time")).ToHaveTextAsync("2020-01-31 10:10:49");
        await Expect(lines.First.Locator("time")).ToHaveAttributeAsync("title", "2020-01-31 10:10:49.000 UTC");
        await DashboardFixture.ShotAsync(page, "logs-of-another-day");
        await page.SetViewportSizeAsync(375, 800);
        await DashboardFixture.ShotAsync(page, "logs-of-another-day-phone");
        await page.SetViewportSizeAsync(1200, 900);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Older" }).ClickAsync();
        await Expect(lines.First.Locator("time")).ToHaveAttributeAsync("title", "2020-01-31 10:05:49.000 UTC");
        await Expect(page.GetByText("Older lines.")).ToBeVisibleAsync();
        // The address is enough to come back.
        await page.GoAgainAsync();
        await Expect(lines).ToHaveCountAsync(Page);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Older" }).ClickAsync();
        await Expect(lines).ToHaveCountAsync(Many - (2 * Page));
        await Expect(lines.Last).ToContainTextAsync("the first of all");
        await page.GetByText("Errors and worse").ClickAsync();
        await Expect(lines).ToHaveCountAsync(1);
        await Expect(page.GetByText("Live.")).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_link_that_is_followed_before_the_page_is_live_leads_where_it_says()
    {
        string mark = Guid.NewGuid().ToString("N");
        await StoreAsync([.. Enumerable.Range(0, 301).Select(n => new LogRecord(
            string.Create(CultureInfo.InvariantCulture, $"{mark}-{n:D10}"), new DateTime(2020, 1, 31, 10, 0, 0, DateTimeKind.Utc).AddSeconds(n), LogLevels.Info, $"{mark} line {n}", "Test"))]);
        (IPage page, _) = await dashboard.OpenAsync($"/logs?text={mark}");
        var starting = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await page.RouteWebSocketAsync("**/_blazor?*", socket =>
        {
            IWebSocketRoute host = socket.ConnectToServer();
            Task told = go.Task;
            socket.OnMessage(message =>
            {
                host.Pass(message);
                if (Encoding.ASCII.GetString(message.Binary ?? []).Contains("StartCircuit", StringComparison.Ordinal))
                    starting.TrySetResult();
            });
            host.OnMessage(message =>
            {
                if (starting.Task.IsCompleted)
                    told = told.ContinueWith(_ => socket.Pass(message), TaskScheduler.Default);
                else
                    socket.Pass(message);
            });
        });
        await page.ReloadAsync();
        await starting.Task.WaitAsync(Eventually.Patience, Cancel);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Older" }).ClickAsync();
        ILocator lines = page.Locator("ol.log li");
        await Expect(lines).ToHaveCountAsync(1);
        go.SetResult();
        await page.UntilLiveAsync();
        await Expect(page.GetByText("Older lines.")).ToBeVisibleAsync();
        await Expect(lines).ToContainTextAsync("line 0");
    }

    private async Task StoreAsync(IReadOnlyList<LogRecord> lines)
    {
        JsonNode status = JsonNode.Parse(await dashboard.Http.GetStringAsync("api/status", Cancel))!;
        using var tables = new SqliteTableStore((string)status["db_path"]!);
        await new LogStore(tables).AddAsync(lines, Cancel);
    }
}
