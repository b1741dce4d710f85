using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;

namespace Orchestra.Dashboard.Tests;

/// <summary>
/// What was once seen of a page that opens does not go away to be loaded again, and what follows moves nothing. The host is a quiet one of its
/// own: news of others' projects would rightly move what is below them.
/// </summary>
public sealed class FirstSightTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    /// <summary>How far the page may move, as browsers count it (cumulative layout shift); up to 0.1 counts as good.</summary>
    private const double MostShift = 0.02;

    // Before any script of the page: whether its content is there, each time that anything changes; and what was moved.
    private const string Watch =
        """
        window.sights = []; window.shift = 0;
        const look = () => {
            const main = document.querySelector('main');
            if (!main || !window.content) return;
            const sight = main.querySelector(window.content) ? 'content' : main.innerText.includes('Loading…') ? 'loading' : 'other';
            if (sight !== window.sights.at(-1) && (sight !== 'other' || window.sights.length > 0)) window.sights.push(sight);
        };
        new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
        new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value)).observe({ type: 'layout-shift', buffered: true });
        """;

    [Fact]
    public async Task Content_that_was_there_stays_while_the_page_becomes_live()
    {
        using TestRepository repository = TestRepository.Create();
        string project = await dashboard.LaunchAsync(repository, "First sight", "true", buildCommand: "echo built", task: "echo new > b.txt");
        JsonNode end = await dashboard.UntilAsync($"api/gm/projects/{project}", p => (string?)p["phase"] == "completed");
        string session = (string)end["sessions"]![0]!["session_id"]!;
        await dashboard.UntilAsync("api/executions", e => e["executions"]!.AsArray().Any(x => (string)x!["id"]! == project));
        foreach ((string path, string content) in new[]
        {
            ($"/projects/{project}", ".timeline .row"),
            ($"/sessions/{session}", ".difffile"),
            ("/overview", ".stats"),
            ("/agents", "tbody tr"),
            ("/history", "tbody tr"),
            ($"/history/{project}", "dl.facts"),
            ($"/logs?text={project}", "ol.log li"),
            ("/launch", "form[data-keep] select:not([name])"),
            ("/costs", "dl.stats"),
            ("/teams", "tbody tr"),
            ("/workflows", "tbody tr"),
            ($"/workflows/{project}", "table.history"),
            ("/control", "#configuration"),
            ("/projects", "tbody tr"),
            ("/history/20200101-000000-abcdef", "[role=alert]"),
        })
        {
            await AssertSteadyAsync(path, content);
        }
    }

    private async Task AssertSteadyAsync(string path, string content)
    {
        (IPage page, _) = await dashboard.OpenAsync(path, script: $"window.content = '{content}';{Watch}");
        Assert.Equal($"{path}: content", $"{path}: {string.Join(", then ", await page.EvaluateAsync<string[]>("sights"))}");
        double shift = await page.EvaluateAsync<double>("shift");
        Assert.True(shift <= MostShift, $"{path} moved by {shift}.");
        await page.Context.CloseAsync();
    }
}
