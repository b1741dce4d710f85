using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>The monitor of the durable runtime, over its management API alone.</summary>
public sealed class WorkflowTests(DashboardFixture dashboard)
{
    private const string Api = "runtime/webhooks/durabletask";
    private const string Hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202Etxt.exe\u001b[31m";

    [Fact]
    public async Task A_project_that_waits_is_seen_with_its_history_held_resumed_ended_and_purged()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await dashboard.LaunchAsync(repository, "Watched", "true", buildCommand: "echo no; false", task: "echo x > x.txt");
        await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["decisions"]!.AsArray().Count > 0);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/workflows/{id}");
        ILocator status = page.Locator("dl .state");
        await Expect(status).ToHaveTextAsync("Running");
        await Expect(page.Locator(".timeline")).ToContainTextAsync("PlanMerges");
        await Expect(page.Locator("table.history")).ToContainTextAsync("Task completed");
        await page.Locator("details.payload").First.Locator("summary").ClickAsync();
        await Expect(page.Locator("details.payload pre").First).ToContainTextAsync("Watched");

        // What it waited for is an instance of its own, a link away.
        await page.Locator("table.history tr", new PageLocatorOptions { HasText = "AgentOrchestrator" }).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 })).ToContainTextAsync("AgentOrchestrator");
        await Expect(status).ToHaveTextAsync("Completed");
        await page.GoBackAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 })).ToContainTextAsync(id);
        await dashboard.AssertSoundAsync($"/workflows/{id}", "workflow", p => p.Locator("table.history"));

        await ActAsync(page, "Suspend", p => p.GetByLabel("Reason").FillAsync("not today"));
        await Expect(status).ToContainTextAsync("Suspended");
        await Expect(page.Locator("table.history")).ToContainTextAsync("not today");
        await ActAsync(page, "Resume");
        await Expect(status).ToContainTextAsync("Running");
        await ActAsync(page, "Raise event", async p =>
        {
            await p.GetByRole(AriaRole.Textbox, new PageGetByRoleOptions { Name = "Event" }).FillAsync("Unheard");
            await p.GetByLabel("Content").FillAsync("{\"from\": ");
        });
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no JSON");
        await page.GetByLabel("Content").FillAsync("{\"from\": \"the page\"}");
        await page.Locator("form.ask button[type=submit]").ClickAsync();
        await Expect(page.Locator("table.history")).ToContainTextAsync("Unheard");
        await ActAsync(page, "Terminate");
        await Expect(status).ToContainTextAsync("Terminated");
        await ActAsync(page, "Purge");
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Workflows" })).ToBeVisibleAsync();
        await page.GoAsync($"/workflows/{id}");
        await Expect(page.GetByText("It may have been purged", new PageGetByTextOptions { Exact = false }).First).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_failed_instance_with_hostile_input_is_text_and_is_rewound_and_restarted()
    {
        string id = await StartAsync("hostile", Hostile);
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/workflows/{id}");
        await Expect(page.Locator("dl .state")).ToContainTextAsync("Failed");
        await page.Locator("details.payload").First.Locator("summary").ClickAsync();
        await Expect(page.Locator("details.payload pre").First).ToContainTextAsync("<script>alert(1)</script>");
        string main = await page.Locator("main").InnerTextAsync();
        Assert.DoesNotContain('\u202e', main);
        Assert.DoesNotContain('\u001b', main);
        Assert.Equal(0, await page.Locator("main img, main script").CountAsync());

        // By keys alone: into what is asked, and back.
        ILocator rewind = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Rewind…" });
        await rewind.PressAsync("Enter");
        await Expect(page.GetByLabel("Reason")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("form.ask")).ToHaveCountAsync(0);
        await Expect(rewind).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Purge…" }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "No", Exact = true })).ToBeFocusedAsync();

        await ActAsync(page, "Rewind");
        await Expect(page.Locator("table.history")).ToContainTextAsync("rewound");
        await ActAsync(page, "Restart");
        await Expect(page).Not.ToHaveURLAsync(new Uri(dashboard.Address, $"workflows/{id}").ToString());
        await Expect(page.Locator("dl .state")).ToContainTextAsync("Failed");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task An_instance_that_is_purged_elsewhere_is_seen_to_be_gone_and_offers_no_actions()
    {
        string id = await StartAsync($"gone-{Guid.NewGuid():N}", "x");
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/workflows/{id}");
        await Expect(page.Locator("dl .state")).ToHaveTextAsync("Failed");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Rewind…" })).ToBeVisibleAsync();
        using HttpResponseMessage purged = await dashboard.Http.DeleteAsync($"{Api}/instances/{id}", TestContext.Current.CancellationToken);
        purged.EnsureSuccessStatusCode();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("it may have been purged");
        await Expect(page.Locator("main").GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await Expect(page.Locator("main :is(dl, table, .timeline)")).ToHaveCountAsync(0);
        await DashboardFixture.ShotAsync(page, "workflow-gone");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Instances_are_filtered_by_an_address_that_can_be_kept_and_paged()
    {
        const int Many = 60;
        string prefix = $"page-{Guid.NewGuid():N}";
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => StartAsync($"{prefix}-{i:00}", "x")));
        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/workflows?id={prefix}&status=Failed");
        ILocator rows = page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(50);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Next page" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(Many - 50);
        await page.GoAgainAsync();
        await Expect(rows).ToHaveCountAsync(Many - 50);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "First page" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(50);

        // What began last comes first, however much began before it.
        string last = await StartAsync($"{prefix}-0-last", "x");
        await Expect(rows.First).ToContainTextAsync(last);
        await page.GoAgainAsync();
        await Expect(rows.First).ToContainTextAsync(last);
        await dashboard.AssertSoundAsync($"/workflows?id={prefix}", "workflows", p => p.Locator("tbody tr"));

        await page.GetByLabel("Name begins with").FillAsync("Nothing");
        await page.GetByLabel("Name begins with").PressAsync("Tab");
        await Expect(page.GetByText("instances matches")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Regex("name=Nothing"));
        await page.GoAsync("/workflows?from=yesterday");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("from: 'yesterday' is no time");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Many_ended_instances_are_purged_by_status_and_time_after_they_were_counted()
    {
        // A host of its own: others' instances would be purged with them.
        await using var own = new DashboardFixture();
        await own.InitializeAsync();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => own.PostAsync($"{Api}/orchestrators/ProjectOrchestrator/many-{i}", new JsonObject { ["plan"] = "x" })));
        await own.UntilAsync($"{Api}/instances?runtimeStatus=Failed", i => i.AsArray().Count == 3);
        await own.PostAsync($"{Api}/instances/many-0/restart?restartWithNewInstanceId=true", new JsonObject());
        await own.UntilAsync($"{Api}/instances?runtimeStatus=Failed", i => i.AsArray().Count == 4);
        (IPage page, List<string> complaints) = await own.OpenAsync("/workflows");
        await page.GetByText("Purge many").ClickAsync();
        ILocator form = page.Locator("details.purge");
        ILocator ask = form.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Count them" });
        await ask.ClickAsync();
        await Expect(form).ToContainTextAsync("No instance ended so in this time.");
        await form.GetByLabel("Completed").UncheckAsync();
        await form.GetByLabel("Failed").CheckAsync();
        ILocator until = form.GetByLabel("Created until");
        await until.FillAsync("2020-01-31T10:00");
        await Expect(form).Not.ToContainTextAsync("No instance ended so in this time.");
        await ask.ClickAsync();
        await Expect(form).ToContainTextAsync("No instance ended so in this time.");
        await until.FillAsync("2099-01-31T10:00");
        await ask.ClickAsync();
        await Expect(form).ToContainTextAsync("Delete 4 instances and their histories for good?");
        await DashboardFixture.ShotAsync(page, "workflows-purge");
        await form.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "No", Exact = true }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(4);

        // What is changed while they are counted counts, too.
        await until.EvaluateAsync("input => { input.form.requestSubmit(); input.value = '2020-01-31T10:00'; input.dispatchEvent(new Event('change', { bubbles: true })); }");
        await ask.ClickAsync();
        await Expect(form).ToContainTextAsync("No instance ended so in this time.");
        await until.FillAsync("2099-01-31T10:00");
        await ask.ClickAsync();
        await form.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Purge 4 instances" }).ClickAsync();
        await Expect(form).ToContainTextAsync("4 purged.");
        await Expect(page.GetByText("No workflow has run yet.")).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    /// <summary>An instance whose input is not what its orchestrator takes, so that it fails.</summary>
    private async Task<string> StartAsync(string id, string input)
    {
        await dashboard.PostAsync($"{Api}/orchestrators/ProjectOrchestrator/{id}", new JsonObject { ["plan"] = input });
        await dashboard.UntilAsync($"{Api}/instances/{id}", i => (string)i["runtimeStatus"]! == "Failed");
        return id;
    }

    private static async Task ActAsync(IPage page, string action, Func<IPage, Task>? fill = null)
    {
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = $"{action}…" }).ClickAsync();
        // What another action asked may still be there.
        ILocator form = page.GetByRole(AriaRole.Form, new PageGetByRoleOptions { Name = action });
        await Expect(form).ToBeVisibleAsync();
        // What is filled in before would get what was meant for the field that has the focus by then.
        await Expect(form.Locator(":focus")).ToBeVisibleAsync();
        if (fill is not null)
            await fill(page);
        await form.Locator("button[type=submit]").ClickAsync();
    }
}
