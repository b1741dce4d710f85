using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using Orchestra.Client;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>What the pages cost a browser.</summary>
public sealed class WeightTests(DashboardFixture dashboard)
{
    private const int Agents = 50;
    private const int LinesOfFirst = 304_000;
    private const int LinesOfOthers = 4_000;
    private const long Megabyte = 1024 * 1024;

    // How long the page could answer nobody, at worst.
    private const string Watch =
        """
        window.longest = 0;
        new PerformanceObserver(list => list.getEntries().forEach(task => longest = Math.max(longest, task.duration))).observe({ type: 'longtask', buffered: true });
        """;

    [Fact]
    public async Task The_first_page_is_small_beyond_the_framework()
    {
        (IPage page, _) = await dashboard.OpenAsync("/projects");
        var sizes = new ConcurrentDictionary<string, long>();
        ICDPSession cdp = await page.Context.NewCDPSessionAsync(page);
        await cdp.SendAsync("Network.enable");
        await cdp.SendAsync("Network.setCacheDisabled", new Dictionary<string, object> { ["cacheDisabled"] = true });
        var addresses = new ConcurrentDictionary<string, Uri>();
        cdp.Event("Network.responseReceived").OnEvent += (_, e) =>
            addresses[e!.Value.GetProperty("requestId").GetString()!] = new Uri(e.Value.GetProperty("response").GetProperty("url").GetString()!);
        cdp.Event("Network.loadingFinished").OnEvent += (_, e) =>
            sizes[e!.Value.GetProperty("requestId").GetString()!] = (long)e.Value.GetProperty("encodedDataLength").GetDouble();

        await page.GoAsync("/");
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        var ours = sizes.Where(s => addresses.TryGetValue(s.Key, out Uri? address) && !address.AbsolutePath.StartsWith("/_framework/", StringComparison.Ordinal)).ToDictionary(s => addresses[s.Key].AbsolutePath, s => s.Value);
        Note($"{ours.Values.Sum() / 1024} KiB of ours, {sizes.Values.Sum() / 1024} KiB in all");
        Note($"seen after {await page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime")} ms");
        Assert.Contains("/", ours.Keys);
        Assert.True(ours.Values.Sum() < 300 * 1024, string.Join('\n', ours.Select(o => $"{o.Value} {o.Key}")));
        Assert.All(addresses.Values, a => Assert.Equal(dashboard.Address.Authority, a.Authority));
    }

    [Fact]
    public async Task Fifty_agents_with_half_a_million_lines_stay_small_and_quick()
    {
        using TestRepository repository = TestRepository.Create();
        // A host of its own: others' sessions would not be on the first page of the lists any more.
        await using var own = new DashboardFixture();
        await own.InitializeAsync();
        using var client = new OrchestraClient(own.Address);
        LaunchResponse launched = await client.LaunchAsync(
            new LaunchRequest("Many", repository.Folder, null, null, [.. Enumerable.Range(1, Agents).Select(n => new LaunchAgent(
                "feature-dev", $"Print as agent {n}",
                new CommandLine(["/bin/sh", "-c", $"seq -f 'line %g of agent {n} tells of its work as agents do' {(n == 1 ? LinesOfFirst : LinesOfOthers)}; echo x > agent-{n}.txt"])))]),
            TestContext.Current.CancellationToken);
        (IPage page, List<string> complaints) = await own.OpenAsync($"/projects/{launched.ProjectId}", script: Watch);
        await Expect(page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Agents" }).Locator("tbody tr")).ToHaveCountAsync(Agents);
        await Expect(page.Locator("main > p .state.completed")).ToBeVisibleAsync();
        await NoteLongestAsync(page);
        Assert.InRange(await HeapAsync(page), 1, 200 * Megabyte);

        await page.GoAsync($"/sessions/{launched.SessionIds[0]}");
        await Expect(page.GetByText($"line {LinesOfFirst} of agent")).ToBeVisibleAsync();
        Assert.InRange(await HeapAsync(page), 1, 200 * Megabyte);
        Assert.InRange(await page.Locator("*").CountAsync(), 1, 3000);
        await NoteLongestAsync(page);
        Assert.Empty(complaints);
    }

    private static async Task<long> HeapAsync(IPage page)
    {
        ICDPSession cdp = await page.Context.NewCDPSessionAsync(page);
        await cdp.SendAsync("HeapProfiler.collectGarbage");
        JsonElement usage = (await cdp.SendAsync("Runtime.getHeapUsage"))!.Value;
        // Scripts' objects, buffers, and what the document takes.
        long size = (long)new[] { "totalSize", "backingStorageSize", "embedderHeapUsedSize" }.Sum(part => usage.GetProperty(part).GetDouble());
        Note($"{page.Url}: {size / Megabyte} MB");
        return size;
    }

    /// <summary>For a look only: the machine may have much else to do.</summary>
    private static async Task NoteLongestAsync(IPage page) => Note($"{page.Url}: the longest task took {await page.EvaluateAsync<double>("longest")} ms");

    private static void Note(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
