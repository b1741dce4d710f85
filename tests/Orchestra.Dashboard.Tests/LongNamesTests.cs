using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Orchestra.Testing;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>Tasks, paths and names of one endless word make no page wider than its window, and push nothing out of sight.</summary>
public sealed class LongNamesTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_conflict_of_agents_and_files_with_endless_names_fits_everywhere()
    {
        using TestRepository repository = TestRepository.CreateEmpty();
        string word = new('W', 200), file = $"{new string('d', 120)}/{new string('f', 120)}.txt";
        repository.Commit("Start", (file, "1\n2\n3\n"));
        JsonNode launched = await dashboard.PostAsync("api/gm/launch", new JsonObject
        {
            ["project_name"] = word,
            ["repo_path"] = repository.Folder,
            ["agents"] = new JsonArray(Agent("left", file, word), Agent("right", file, word)),
        });
        string id = (string)launched["project_id"]!;
        await dashboard.UntilAsync($"api/gm/projects/{id}", p => p["decisions"]!.AsArray().Count > 0);
        await dashboard.AssertSoundAsync("/", "long-inbox", p => p.Locator("article.decision", new PageLocatorOptions { HasText = word }));
        await dashboard.AssertSoundAsync($"/projects/{id}", "long-project", p => p.Locator(".heat"));

        (IPage page, List<string> complaints) = await dashboard.OpenAsync($"/projects/{id}", 375);
        ILocator cell = page.Locator(".heat td.heat-1").First;
        await Expect(cell).ToHaveAccessibleNameAsync($"1 in {file}");
        LocatorBoundingBoxResult box = (await cell.BoundingBoxAsync())!;
        Assert.True(box.X + box.Width <= 375, $"The first conflict is {box.X} pixels away.");
        Assert.Empty(complaints);
    }

    private static JsonObject Agent(string side, string file, string word) => new()
    {
        ["team"] = "feature-dev", ["task"] = $"{word}{side}", ["command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sed", "-i", $"s/^2$/{side}/", file) },
    };
}
