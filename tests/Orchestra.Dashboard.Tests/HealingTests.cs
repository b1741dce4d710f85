using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>Pages that were opened while the host was out of reach show what they are about as soon as it is back, without a hand on them.</summary>
public sealed class HealingTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_project_and_a_session_that_could_not_be_read_are_read_when_the_host_is_back()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await dashboard.LaunchAsync(repository, "Out of reach", "true", buildCommand: null, task: "echo x > x.txt");
        JsonNode project = await dashboard.UntilAsync($"api/gm/projects/{id}", p => (string)p["phase"]! == "completed");
        Uri between = new($"http://127.0.0.1:{FreePort.Next()}/"), pages = new($"http://127.0.0.1:{FreePort.Next()}/");
        using var relay = new Relay(between, dashboard.Address);
        using CliProcess standalone = await CliProcess.StartAsync(pages, null, "dashboard", "--api", $"{between}", "--urls", $"{pages}");
        relay.IsAway = true;
        (IPage page, List<string> complaints) = await dashboard.OpenAsync(new Uri(pages, $"projects/{id}").ToString());
        (IPage session, List<string> others) = await dashboard.OpenAsync(new Uri(pages, $"sessions/{project["sessions"]![0]!["session_id"]}").ToString());
        foreach (IPage opened in new[] { page, session })
        {
            await Expect(opened.GetByText("Connection lost")).ToBeVisibleAsync();
            await Expect(opened.Locator("main")).ToContainTextAsync("answered 502");
        }

        relay.IsAway = false;
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Out of reach" })).ToBeVisibleAsync();
        await Expect(page.Locator(".commits tr")).Not.ToHaveCountAsync(0);
        await Expect(session.Locator(".difffile")).ToContainTextAsync("x.txt");
        await Expect(session.Locator("[data-status]")).ToContainTextAsync("ended");
        foreach (IPage opened in new[] { page, session })
            await Expect(opened.GetByText("answered 502")).ToHaveCountAsync(0);
        Assert.Empty(complaints);
        Assert.Empty(others);
    }

    [Fact]
    public async Task The_launch_page_gets_its_templates_and_the_session_that_it_takes_up_when_the_host_is_back()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await dashboard.LaunchAsync(repository, "Taken up late", "true", buildCommand: null, task: "true");
        JsonNode project = await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["sessions"]!.AsArray().Count > 0);
        Uri between = new($"http://127.0.0.1:{FreePort.Next()}/"), pages = new($"http://127.0.0.1:{FreePort.Next()}/");
        using var relay = new Relay(between, dashboard.Address);
        using CliProcess standalone = await CliProcess.StartAsync(pages, null, "dashboard", "--api", $"{between}", "--urls", $"{pages}");
        relay.IsAway = true;
        (IPage empty, List<string> complaints) = await dashboard.OpenAsync(new Uri(pages, "launch").ToString());
        (IPage session, List<string> others) = await dashboard.OpenAsync(new Uri(pages, $"launch?session={project["sessions"]![0]!["session_id"]}").ToString());
        foreach (IPage opened in new[] { empty, session })
        {
            await Expect(opened.GetByText("Connection lost")).ToBeVisibleAsync();
            await Expect(opened.GetByRole(AriaRole.Alert)).ToContainTextAsync("answered 502");
        }

        await empty.GetByLabel("Name").PressSequentiallyAsync("Typed meanwhile");
        relay.IsAway = false;
        await Expect(empty.GetByLabel("Template").Locator("option")).Not.ToHaveCountAsync(0);
        await Expect(session.GetByLabel("Task")).ToHaveValueAsync("Taken up late");
        foreach (IPage opened in new[] { empty, session })
            await Expect(opened.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Expect(empty.GetByLabel("Name")).ToHaveValueAsync("Typed meanwhile");
        Assert.Empty(complaints);
        Assert.Empty(others);
    }
}
