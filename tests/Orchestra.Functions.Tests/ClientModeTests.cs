using System.Text.Json.Nodes;
using Orchestra.Activities.Configuration;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Agents run by the Claude Code CLI, which a script stands for.</summary>
public sealed class ClientModeTests : IAsyncLifetime
{
    private readonly HostFixture host = new() { Settings = ["--CLAUDE_CLI_PATH", FakeClaude.Path] };

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task An_agent_of_mode_claude_code_gets_prompt_session_id_and_flags()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await host.Api.LaunchAsync(Launch(repository, "claude-code", new JsonObject { ["team"] = "feature-dev", ["task"] = "run: echo new > new.txt" }));
        JsonObject project = await host.Api.WaitForEndAsync(id);
        JsonNode session = Assert.Single(project["sessions"]!.AsArray())!;

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("claude-code", (string)session["client_mode"]!);
        Assert.Equal("new", repository.Git("show", "main:new.txt"));
        string[] arguments = repository.Git("show", "main:claude-arguments.txt").Split('\n');
        Assert.Equal(["-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits", "--session-id"], arguments[..7]);
        Assert.Equal((string)session["client_session_id"]!, arguments[7]);
    }

    [Fact]
    public async Task Costs_are_those_of_the_client_and_add_up_in_the_project()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject[] agents = [.. new[] { "a", "b" }.Select(n => new JsonObject { ["team"] = "feature-dev", ["task"] = $"run: rm claude-arguments.txt; echo {n} > {n}.txt" })];
        JsonObject project = await host.Api.WaitForEndAsync(await host.Api.LaunchAsync(Launch(repository, "claude-code", agents)));

        Assert.All(project["sessions"]!.AsArray(), s => Assert.Equal((0.0125m, 2000, 100, false), Cost(s!)));
        Assert.Equal((0.025m, 4000, 200, false), Cost(project));
    }

    [Fact]
    public async Task A_spent_budget_is_the_sessions_status()
    {
        using TestRepository repository = TestRepository.CreateList();
        string task = "run: rm claude-arguments.txt\nresult: \"subtype\":\"error_max_budget_usd\",\"is_error\":true,\"errors\":[\"Reached maximum budget ($1)\"]";
        JsonObject project = await host.Api.WaitForEndAsync(await host.Api.LaunchAsync(
            Launch(repository, "claude-code", new JsonObject { ["team"] = "feature-dev", ["task"] = task })));

        Assert.Equal("failed", (string)project["phase"]!);
        Assert.Equal(1, (int)project["failed_count"]!);
        Assert.Equal("budget_exceeded", (string)project["sessions"]![0]!["status"]!);
        Assert.Equal("Reached maximum budget ($1)", (string)project["sessions"]![0]!["error"]!);
        Assert.Equal("Reached maximum budget ($1)", (string)project["sessions"]![0]!["last_line"]!);
    }

    [Fact]
    public async Task The_nearest_mode_wins()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject own = OrchestraApi.Agent("echo own > own.txt");
        JsonObject near = new() { ["team"] = "feature-dev", ["task"] = "run: echo near > near.txt", ["client_mode"] = "claude-code" };
        string id = await host.Api.LaunchAsync(Launch(repository, "command", own, near));
        JsonObject project = await host.Api.WaitForEndAsync(id);

        Assert.Equal(["command", "claude-code"], project["sessions"]!.AsArray().OrderBy(s => (string)s!["client_mode"]! == "command" ? 0 : 1).Select(s => (string)s!["client_mode"]!));
        Assert.Equal("near", repository.Git("show", "main:near.txt"));
    }

    [Fact]
    public async Task A_missing_cli_is_told_before_anything_is_launched()
    {
        var without = new HostFixture { Settings = ["--CLAUDE_CLI_PATH", "/no/such/claude"] };
        await without.InitializeAsync();
        using TestRepository repository = TestRepository.CreateList();

        var answer = await without.Api.PostAsync("/api/gm/launch", Launch(
            repository, "claude-code", new JsonObject { ["team"] = "feature-dev", ["task"] = "t" }).ToJsonString());

        Assert.Equal(422, (int)answer.Status);
        Assert.Equal("agents[0].client_mode", (string)answer.Body["field"]!);
        Assert.Contains("CLAUDE_CLI_PATH", (string)answer.Body["detail"]!);
        Assert.Equal(0, (int)(await without.Api.GetAsync("/api/gm/projects")).Body["total"]!);
        await without.DisposeAsync();
    }

    [Fact]
    public async Task A_sandbox_that_is_demanded_and_missing_is_told_before_anything_is_launched()
    {
        string config = HostSetup.Config("runs:\n  sandbox: {mode: required}\n");
        await using HostSetup without = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={config}", "PATH=/nowhere");
        using var api = new OrchestraApi(without.Address);
        using TestRepository repository = TestRepository.CreateList();

        var answer = await api.PostAsync("/api/gm/launch", OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("true")).ToJsonString());

        Assert.Equal(409, (int)answer.Status);
        Assert.Equal("runs.sandbox.mode", (string)answer.Body["field"]!);
        Assert.Contains("apt-get install bubblewrap", (string)answer.Body["detail"]!);
        File.Delete(config);
    }

    [Theory]
    [InlineData("magic", null, "client_mode")]
    [InlineData(null, "magic", "agents[0].client_mode")]
    [InlineData(null, "claude-code", "agents[0].client_mode")]
    public async Task A_mode_that_cannot_be_meant_is_refused(string? launchMode, string? agentMode, string field)
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject agent = OrchestraApi.Agent("true");
        if (agentMode is not null) agent["client_mode"] = agentMode;

        var answer = await host.Api.PostAsync("/api/gm/launch", Launch(repository, launchMode, agent).ToJsonString());

        Assert.Equal(422, (int)answer.Status);
        Assert.Equal(field, (string)answer.Body["field"]!);
    }

    [Fact]
    public void An_unknown_CLIENT_MODE_stops_the_start() => Assert.Contains(
        "'magic' is not a client mode", Assert.Throws<ConfigException>(() => OrchestraHost.Build(["--CLIENT_MODE", "magic"])).Message);

    private static (decimal, int, int, bool) Cost(JsonNode of) =>
        ((decimal)of["cost_usd"]!, (int)of["input_tokens"]!, (int)of["output_tokens"]!, (bool)of["cost_estimated"]!);

    private static JsonObject Launch(TestRepository repository, string? mode, params JsonObject[] agents)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, agents);
        if (mode is not null) launch["client_mode"] = mode;
        return launch;
    }
}
