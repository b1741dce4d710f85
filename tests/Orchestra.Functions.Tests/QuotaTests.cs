using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>A used-up quota stops the agents of its account until it is over; then what is unfinished goes on, and nothing else.</summary>
public sealed class QuotaTests : IDisposable
{
    private readonly TestRepository repository = TestRepository.CreateList();

    public void Dispose() => repository.Dispose();

    [Fact]
    public async Task Agents_of_the_account_are_interrupted_or_held_back_and_go_on_at_the_reset()
    {
        await using HostSetup host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}");
        using OrchestraApi api = new(host.Address);
        string running = await LaunchAsync(api, $"run: echo one > {repository.Root}/running; exec sleep 1000");
        await Eventually.TrueAsync(() => File.Exists($"{repository.Root}/running"), () => "The first agent does not run.");

        string limited = await LaunchAsync(api, Limited(seconds: 25));
        JsonNode interrupted = await UntilAsync(api, running, s => (string?)s["waiting_for"]?["kind"] == "quota");
        JsonNode met = await UntilAsync(api, limited, s => (string?)s["waiting_for"]?["kind"] == "quota");
        string late = await LaunchAsync(api, $"run: echo late > {repository.Root}/late");
        await UntilAsync(api, late, s => (string?)s["waiting_for"]?["kind"] == "quota");
        JsonNode quota = Assert.Single((await api.GetAsync("/api/quota")).Body.AsArray())!;

        Assert.Equal("The quota of claude-code is used up: You've hit your limit", (string)met["waiting_for"]!["reason"]!);
        Assert.Equal("pending", (string)interrupted["status"]!);
        Assert.False(File.Exists($"{repository.Root}/late"));
        Assert.Equal(("claude-code", true, (string)met["waiting_for"]!["until"]!), ((string)quota["client"]!, (bool)quota["open"]!, (string)quota["until"]!));

        foreach (string id in (string[])[running, limited, late])
            Assert.Equal("completed", (string)(await UntilAsync(api, id, s => s["completed_at"] is not null))["status"]!);
        Assert.Contains("--resume", repository.Git("show", $"team/{running}:claude-arguments.txt").Split('\n'));
        Assert.Contains("--resume", repository.Git("show", $"team/{limited}:claude-arguments.txt").Split('\n'));
        Assert.Contains("--session-id", repository.Git("show", $"team/{late}:claude-arguments.txt").Split('\n'));
        Assert.False((bool)(await api.GetAsync("/api/quota")).Body[0]!["open"]!);
        Assert.Equal(
            ["quota_opened", "quota_closed"],
            (await api.GetAsync("/api/events?types=quota")).Body["events"]!.AsArray().Select(e => (string)e!["event"]!));
    }

    [Fact]
    public async Task A_killed_host_keeps_to_the_reset_and_runs_nothing_again_that_had_ended()
    {
        int port = FreePort.Next();
        using HostProcess host = new(repository.DataFolder, port, "--CLAUDE_CLI_PATH", FakeClaude.Path);
        host.Start();
        using OrchestraApi api = new(new Uri($"http://127.0.0.1:{port}"));
        await api.WaitUntilUpAsync();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, Agent($"run: rm claude-arguments.txt; echo done >> {repository.Root}/done; echo d > d.txt"), Agent($"run: until test -f {repository.Root}/go; do sleep 0.05; done\n{Limited(seconds: 20)}"));
        launch["client_mode"] = "claude-code";
        string project = await api.LaunchAsync(launch);
        await api.WaitAsync(project, p => p["sessions"]!.AsArray().Any(s => (string)s!["status"]! == "completed"));
        File.WriteAllText($"{repository.Root}/go", "");
        JsonNode? waiting = null;
        await api.WaitAsync(
            project, p => (waiting = p["sessions"]!.AsArray().FirstOrDefault(s => (string?)s!["waiting_for"]?["kind"] == "quota")) is not null);

        host.Kill();
        host.Start();
        await api.WaitUntilUpAsync();
        JsonObject ended = await api.WaitForEndAsync(project);

        Assert.Equal("completed", (string)ended["phase"]!);
        Assert.All(ended["sessions"]!.AsArray(), s => Assert.Equal("completed", (string)s!["status"]!));
        Assert.Equal("done\n", File.ReadAllText($"{repository.Root}/done"));
        JsonNode resumed = ended["sessions"]!.AsArray().Single(s => (string)s!["session_id"]! == (string)waiting!["session_id"]!)!;
        Assert.True(DateTime.Parse((string)resumed["completed_at"]!) > DateTime.Parse((string)waiting!["waiting_for"]!["until"]!));
        Assert.Contains("--resume", repository.Git("show", "main:claude-arguments.txt").Split('\n'));
    }

    [Fact]
    public async Task An_agent_that_may_not_pause_ends_with_the_status_quota()
    {
        await using HostSetup host = await HostSetup.StartAsync(
            $"CLAUDE_CLI_PATH={FakeClaude.Path}", $"ORCHESTRA_CONFIG={Config("quota: {max_pauses: 0, first_pause_seconds: 20}")}");
        using OrchestraApi api = new(host.Address);

        string id = await LaunchAsync(api, Limited(seconds: 0));

        Assert.Equal("quota", (string)(await UntilAsync(api, id, s => s["completed_at"] is not null))["status"]!);
        // Nobody told when the limit ends, so the next one waits for the configured time.
        string next = await LaunchAsync(api, "run: true");
        await UntilAsync(api, next, s => (string?)s["waiting_for"]?["kind"] == "quota");
        Assert.Equal("completed", (string)(await UntilAsync(api, next, s => s["completed_at"] is not null))["status"]!);
    }

    [Fact]
    public async Task Hybrid_does_not_ask_an_api_whose_quota_is_used_up_but_turns_to_the_cli_and_says_so()
    {
        using FakeMessagesApi model = new(
            FakeMessagesApi.Calls("bash", new { command = "exec sleep 1000" }), FakeMessagesApi.Refuses(429, "come back later", "retry-after: 3600\r\n"));
        await using HostSetup host = await HybridHostAsync(model);
        using OrchestraApi api = new(host.Address);
        string running = await LaunchAsync(api, "run: echo running > running.txt", "hybrid");
        await UntilAsync(api, running, s => ((string?)s["last_line"])?.Contains("[bash]", StringComparison.Ordinal) == true);

        string limited = await LaunchAsync(api, "Work", "api");
        await UntilAsync(api, limited, s => (string?)s["waiting_for"]?["kind"] == "quota");
        string late = await LaunchAsync(api, "run: echo late > late.txt", "hybrid");

        JsonNode interrupted = await UntilAsync(api, running, s => s["completed_at"] is not null);
        JsonNode turned = await UntilAsync(api, late, s => s["completed_at"] is not null);
        Assert.Equal(("completed", "completed"), ((string)interrupted["status"]!, (string)turned["status"]!));
        Assert.Equal("The API failed (Interrupted, as the quota is used up: come back later); claude-code did the work.", (string)interrupted["client_note"]!);
        Assert.Equal("The API failed (its quota is used up); claude-code did the work.", (string)turned["client_note"]!);
        Assert.Equal("running", repository.Git("show", $"team/{running}:running.txt"));
        Assert.Equal("late", repository.Git("show", $"team/{late}:late.txt"));
        Assert.Equal(2, model.Requests.Count);
    }

    [Theory]
    [InlineData(25, 3600, "The API failed (its quota is used up); claude-code did the work.")]
    [InlineData(3600, 25, null)]
    public async Task Hybrid_waits_when_the_cli_may_do_no_more_either_and_goes_on_with_what_may_again_first(int cliSeconds, int apiSeconds, string? note)
    {
        using FakeMessagesApi model = new(FakeMessagesApi.Refuses(429, "come back later", $"retry-after: {apiSeconds}\r\n"), FakeMessagesApi.Says("Done by the API."));
        await using HostSetup host = await HybridHostAsync(model);
        using OrchestraApi api = new(host.Address);
        foreach (string id in (string[])[await LaunchAsync(api, Limited(cliSeconds)), await LaunchAsync(api, "Work", "api")])
            await UntilAsync(api, id, s => (string?)s["waiting_for"]?["kind"] == "quota");

        string hybrid = await LaunchAsync(api, "run: true", "hybrid");

        JsonNode waits = await UntilAsync(api, hybrid, s => s["waiting_for"] is not null);
        JsonNode ended = await UntilAsync(api, hybrid, s => s["completed_at"] is not null);
        Assert.Equal("quota", (string)waits["waiting_for"]!["kind"]!);
        Assert.True(DateTime.Parse((string)waits["waiting_for"]!["until"]!) - DateTime.Parse((string)waits["started_at"]!) < TimeSpan.FromMinutes(5));
        Assert.Contains((string)ended["status"]!, (string[])["completed", "no_change"]);
        Assert.Equal(note, (string?)ended["client_note"]);
    }

    /// <summary>One attempt per request, so that a refusal is heard at once.</summary>
    private static Task<HostSetup> HybridHostAsync(FakeMessagesApi model) => HostSetup.StartAsync(
        $"CLAUDE_CLI_PATH={FakeClaude.Path}", "ANTHROPIC_API_KEY=sk-test-0123456789", $"ANTHROPIC_BASE_URL={model.BaseUrl}", $"ORCHESTRA_CONFIG={Config("api: {max_retries: 0}")}");

    private static string Limited(int seconds) =>
        $"result: \"subtype\":\"success\",\"is_error\":true,\"api_error_status\":429,\"retry_after_seconds\":{seconds},\"result\":\"You've hit your limit\"";

    private static JsonObject Agent(string task) => new() { ["team"] = "feature-dev", ["task"] = task };

    private async Task<string> LaunchAsync(OrchestraApi api, string task, string mode = "claude-code")
    {
        var answer = await api.PostAsync("/api/teams/launch", new JsonObject
        {
            ["team_name"] = "feature-dev", ["task_description"] = task, ["repo_path"] = repository.Folder, ["client_mode"] = mode,
        }.ToJsonString());
        return (string)answer.Body["session_id"]!;
    }

    private static async Task<JsonNode> UntilAsync(OrchestraApi api, string sessionId, Func<JsonNode, bool> condition)
    {
        JsonNode? session = null;
        await Eventually.TrueAsync(
            async () => condition(session = (await api.GetAsync($"/api/teams/{sessionId}")).Body), () => $"The session did not get there: {session?.ToJsonString()}");
        return session!;
    }

    private static string Config(string client)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "orchestra.test.yml")).Replace("client:\n", $"client:\n  {client}\n", StringComparison.Ordinal));
        return file;
    }
}
