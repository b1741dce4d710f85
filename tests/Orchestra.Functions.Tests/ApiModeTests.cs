using System.Text.Json.Nodes;
using Orchestra.Testing;
using static Orchestra.Testing.FakeMessagesApi;

namespace Orchestra.Functions.Tests;

/// <summary>Agents of the modes <c>api</c> and <c>hybrid</c>, from launch to landing.</summary>
public sealed class ApiModeTests
{
    private const string NoCli = "CLAUDE_CLI_PATH=/no/such/claude";
    private static readonly string FakeCli = $"CLAUDE_CLI_PATH={FakeClaude.Path}";

    [Fact]
    public async Task Whoever_has_only_a_key_gets_the_whole_pipeline()
    {
        using TestRepository repository = TestRepository.CreateList();
        using FakeMessagesApi model = new(Calls("str_replace_based_edit_tool", new { command = "create", path = "new.txt", file_text = "new\n" }), Says("I made new.txt."));
        await using HostSetup host = await HostSetup.StartAsync(NoCli, "ANTHROPIC_API_KEY=sk-test-0123456789", $"ANTHROPIC_BASE_URL={model.BaseUrl}");
        using OrchestraApi api = new(host.Address);

        JsonObject project = await api.WaitForEndAsync(await api.LaunchAsync(Launch(repository, "api")));
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("new", repository.Git("show", "main:new.txt"));
        Assert.Equal(("api", 0.01m, false), ((string)session["client_mode"]!, (decimal)session["cost_usd"]!, (bool)session["cost_estimated"]!));
    }

    [Fact]
    public async Task Without_bubblewrap_agents_have_no_shell_and_that_is_said()
    {
        using TestRepository repository = TestRepository.CreateList();
        using FakeMessagesApi model = new(Calls("str_replace_based_edit_tool", new { command = "create", path = "new.txt", file_text = "new\n" }), Says("I made new.txt."));
        await using HostSetup host = await HostSetup.StartAsync(NoCli, "PATH=/nowhere", "ANTHROPIC_API_KEY=sk-test-0123456789", $"ANTHROPIC_BASE_URL={model.BaseUrl}");
        using OrchestraApi api = new(host.Address);

        JsonObject project = await api.WaitForEndAsync(await api.LaunchAsync(Launch(repository, "api")));
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.StartsWith("The agent has an editor but no shell", (string)session["client_note"]!);
        Assert.Contains("apt-get install bubblewrap", (string)session["client_note"]!);
        JsonNode sandbox = (await api.GetAsync("/api/status")).Body["sandbox"]!;
        Assert.Equal("api", (string)sandbox["mode"]!);
        Assert.Contains("apt-get install bubblewrap", (string)sandbox["obstacle"]!);
        Assert.Single(model.Requests.First()["tools"]!.AsArray());
    }

    [Fact]
    public async Task A_missing_key_is_told_before_anything_is_launched()
    {
        using TestRepository repository = TestRepository.CreateList();
        await using HostSetup host = await HostSetup.StartAsync(NoCli, "ANTHROPIC_API_KEY=", "ANTHROPIC_AUTH_TOKEN=");
        using OrchestraApi api = new(host.Address);

        foreach (string mode in (string[])["api", "hybrid"])
        {
            var answer = await api.PostAsync("/api/gm/launch", Launch(repository, mode).ToJsonString());

            Assert.Equal((422, "agents[0].client_mode"), ((int)answer.Status, (string)answer.Body["field"]!));
        }
        Assert.Equal(0, (int)(await api.GetAsync("/api/gm/projects")).Body["total"]!);
    }

    [Fact]
    public async Task Hybrid_without_a_key_is_the_cli_and_says_so()
    {
        using TestRepository repository = TestRepository.CreateList();
        await using HostSetup host = await HostSetup.StartAsync(FakeCli, "ANTHROPIC_API_KEY=", "ANTHROPIC_AUTH_TOKEN=");
        using OrchestraApi api = new(host.Address);

        JsonObject project = await api.WaitForEndAsync(await api.LaunchAsync(Launch(repository, "hybrid")));
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal(("completed", "claude-code"), ((string)session["status"]!, (string)session["client_mode"]!));
        Assert.Equal("There is no key for the API; claude-code does the work.", (string)session["client_note"]!);
    }

    [Fact]
    public async Task Hybrid_turns_to_the_cli_when_the_api_fails_and_says_so()
    {
        using TestRepository repository = TestRepository.CreateList();
        using FakeMessagesApi model = new(Refuses(401, "no such key"));
        await using HostSetup host = await HostSetup.StartAsync(FakeCli, "ANTHROPIC_API_KEY=sk-test-0123456789", $"ANTHROPIC_BASE_URL={model.BaseUrl}");
        using OrchestraApi api = new(host.Address);

        JsonObject project = await api.WaitForEndAsync(await api.LaunchAsync(Launch(repository, "hybrid")));
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal(("completed", "hybrid"), ((string)session["status"]!, (string)session["client_mode"]!));
        Assert.Equal("The API failed (no such key); claude-code did the work.", (string)session["client_note"]!);
        Assert.Equal("--session-id", repository.Git("show", "main:claude-arguments.txt").Split('\n')[^2]);
    }

    private static JsonObject Launch(TestRepository repository, string mode)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, new JsonObject { ["team"] = "feature-dev", ["task"] = "Make new.txt" });
        launch["client_mode"] = mode;
        return launch;
    }
}
