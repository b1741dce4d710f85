using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>A session's output under somebody's hands while more of it comes.</summary>
// One clipboard is all tests': who copies and pastes does so alone.
[Collection("Clipboard")]
public sealed class TerminalTests(DashboardFixture dashboard)
{
    private const string Colours =
        """
        for c in 30 31 32 33 34 35 36 37; do printf "\033[${c}mink $c \033[0m"; done; echo
        for c in 40 41 42 43 44 45 46 47; do printf "\033[${c}mground $c \033[0m\033[3$((c%10));${c}mboth\033[0m "; done; echo
        printf '\033[38;5;16mindexed \033[38;5;231mindexed \033[38;2;0;0;0mtrue \033[38;2;255;255;0mtrue \033[48;2;0;0;0mground\033[0m\n'
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_selected_searched_and_focused_stays_so_while_more_is_printed()
    {
        using TestRepository repository = TestRepository.Create();
        string go = Path.Combine(repository.Root, "go");
        (IPage page, List<string> complaints) = await OpenAsync(repository, $$"""
            printf '[Read] a.cs\n[Bash] make\n'; for i in $(seq 1 60); do echo "line $i"; done
            while [ ! -f '{{go}}' ]; do sleep 0.05; done; printf '\033[31mline\033[32m the\033[0m last\n'; while [ ! -f '{{go}}2' ]; do sleep 0.05; done
            """);
        ILocator terminal = page.Locator(".terminal");
        await Expect(terminal.Locator("[data-status]")).ToHaveTextAsync("62 lines");
        await terminal.GetByLabel("Follow").UncheckAsync();
        await terminal.Locator("[data-view]").EvaluateAsync("e => e.scrollTop = 0");
        ILocator calls = terminal.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "2 tool calls" });
        await calls.PressAsync("Enter");
        await Expect(calls).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(calls).ToBeFocusedAsync();
        await terminal.GetByText("line 3", new LocatorGetByTextOptions { Exact = true }).EvaluateAsync("e => getSelection().selectAllChildren(e)");

        await File.WriteAllTextAsync(go, "", Cancel);
        await Expect(terminal.Locator("[data-status]")).ToHaveTextAsync("63 lines");
        await Expect(calls).ToBeFocusedAsync();
        Assert.Equal("line 3", await page.EvaluateAsync<string>("String(getSelection())"));

        // What is searched is what is seen: colours neither part words nor are found themselves.
        ILocator search = terminal.GetByLabel("Search in the output"), found = terminal.Locator("[data-found]");
        await search.FillAsync("LINE THE");
        await Expect(found).ToHaveTextAsync("1 line found");
        await search.FillAsync("[31m");
        await Expect(found).ToHaveTextAsync("0 lines found");
        await search.FillAsync("line");
        await Expect(found).ToHaveTextAsync("61 lines found");
        await search.PressAsync("Enter");
        await Expect(terminal.Locator(".row.hit")).ToHaveTextAsync("line 2");
        await File.WriteAllTextAsync($"{go}2", "", Cancel);
        await Expect(terminal.Locator("[data-status]")).ToHaveTextAsync("63 lines, ended");
        await Expect(found).ToHaveTextAsync("61 lines found");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Every_colour_that_a_program_chooses_can_be_read_on_light_and_dark()
    {
        using TestRepository repository = TestRepository.Create();
        (IPage page, List<string> complaints) = await OpenAsync(repository, Colours);
        await Expect(page.Locator("[data-status]")).ToHaveTextAsync("3 lines, ended");
        var contrast = new AxeRunOptions { ResultTypes = [ResultType.Violations], RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] } };
        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            await DashboardFixture.ShotAsync(page, $"terminal-{scheme}");
            Assert.Empty((await page.Locator(".terminal").RunAxe(contrast)).Violations.SelectMany(v => v.Nodes).Select(n => $"{scheme} {n.Html} {n.Any[0].Message}"));
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Output_is_copied_also_where_the_browser_keeps_its_clipboard_from_the_page()
    {
        using TestRepository repository = TestRepository.Create();
        (IPage page, List<string> complaints) = await OpenAsync(repository, "echo copied", "Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });");
        ILocator terminal = page.Locator(".terminal");
        await Expect(terminal.Locator("[data-status]")).ToHaveTextAsync("1 line, ended");
        await terminal.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Copy" }).ClickAsync();
        await Expect(terminal.Locator("[data-found]")).ToHaveTextAsync("Output copied");
        ILocator search = terminal.GetByLabel("Search in the output");
        await search.FocusAsync();
        await page.Keyboard.PressAsync("Control+V");
        await Expect(search).ToHaveValueAsync("copied");
        Assert.Empty(complaints);
    }

    private async Task<(IPage Page, List<string> Complaints)> OpenAsync(TestRepository repository, string script, string? before = null)
    {
        string project = await dashboard.LaunchAsync(repository, "Under hands", "true", buildCommand: null, task: script);
        JsonNode known = await dashboard.UntilAsync($"api/gm/projects/{project}", p => p["sessions"]!.AsArray().Count > 0);
        return await dashboard.OpenAsync($"/sessions/{known["sessions"]![0]!["session_id"]}", script: before);
    }
}
