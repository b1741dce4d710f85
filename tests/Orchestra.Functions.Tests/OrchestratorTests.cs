using System.Net;
using System.Text.Json.Nodes;
using Orchestra.Client;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>The orchestrator's modes, and what the host says of itself.</summary>
public sealed class OrchestratorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_round_runs_the_modes_agents_and_leaves_an_execution_and_its_files()
    {
        await using HostSetup host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}");
        using var client = new OrchestraClient(host.Address);
        using TestRepository repository = TestRepository.Create();

        Assert.Equal((false, null, "auto"), await StateAsync(client));
        OrchestratorView started = await client.StartOrchestratorAsync("research", "claude-code", repository.Folder, Cancel);
        Assert.Equal((true, Environment.ProcessId, "research", "claude-code"), (started.Running, started.Pid, started.Mode, started.ClientMode));
        await EndAsync(client);

        ExecutionView execution = await client.ExecutionAsync(started.SessionId!, Cancel);
        Assert.Equal(("orchestrator", "research", 2, 2, 0), (execution.Kind, execution.Mode, execution.AgentCount, execution.SuccessCount, execution.FailCount));
        Assert.Equal([("researcher", "success"), ("synthesizer", "success")], execution.Results.Select(r => (r.Agent, r.Status)));
        Assert.Equal(["researcher", "synthesizer"], (await client.AgentsAsync(Cancel)).Select(a => a.Agent));

        StatusView status = await client.StatusAsync(Cancel);
        Assert.Equal(Path.Combine(host.DataFolder, "outputs"), status.OutputsDir);
        Assert.Equal(Path.Combine(host.DataFolder, "state.db"), status.DbPath);
        Assert.Matches(@"\Aresults-[0-9]{8}-[0-9]{6}\.json\z", execution.Filename);
        JsonNode file = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(status.OutputsDir, execution.Filename!), Cancel))!;
        Assert.Equal(("research", "command", 2), ((string)file["mode"]!, (string)file["global_client_mode"]!, file["results"]!.AsArray().Count));
        string summary = await File.ReadAllTextAsync(Directory.GetFiles(status.OutputsDir, "summary-*.txt").Single(), Cancel);
        Assert.Contains("Total Agents: 2\nSuccessful: 2\nFailed: 0\n", summary);
        Assert.Contains("Agent: synthesizer\nStatus: success\nClient: claude-code\n", summary);
    }

    [Fact]
    public async Task An_agent_of_a_mode_that_fails_does_not_take_the_others_turn()
    {
        string config = HostSetup.Config("agents: {monitor: {system_prompt: \"Look\\nrun monitor: exit 3\\n\"}, analyzer: {system_prompt: \"Look\\nrun analyzer: echo fine\\n\"}}\n");
        await using HostSetup host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}", $"ORCHESTRA_CONFIG={config}", "CLIENT_MODE=claude-code");
        using var client = new OrchestraClient(host.Address);
        using TestRepository repository = TestRepository.Create();

        OrchestratorView started = await client.StartOrchestratorAsync(null, null, repository.Folder, Cancel);
        await EndAsync(client);

        ExecutionView execution = await client.ExecutionAsync(started.SessionId!, Cancel);
        Assert.Equal(("failed", 2, 1, 1), (execution.Status, execution.AgentCount, execution.SuccessCount, execution.FailCount));
        Assert.Equal([("monitor", "failed"), ("analyzer", "success")], execution.Results.Select(r => (r.Agent, r.Status)));
        Assert.Contains("monitor", (await client.SessionAsync(started.SessionId!, Cancel)).Error);
    }

    [Fact]
    public async Task A_round_that_waits_for_a_place_is_stopped_at_once()
    {
        string config = HostSetup.Config("runs: {max_parallel_agents: 1}\n");
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={config}");
        using var client = new OrchestraClient(host.Address);
        using TestRepository repository = TestRepository.Create();
        TeamLaunched first = await client.LaunchTeamAsync("hold", "Sleep", repository.Folder, null, Cancel);
        await Eventually.TrueAsync(async () => (await client.SessionAsync(first.SessionId, Cancel)).Status == "running", () => "It does not run.");
        OrchestratorView round = await client.StartOrchestratorAsync("hold", null, repository.Folder, Cancel);
        using var api = new OrchestraApi(host.Address);
        await Eventually.TrueAsync(
            async () => (await api.GetAsync($"/api/teams/{round.SessionId}")).Body["waiting_for"] is not null, () => "It does not wait.");

        await client.StopOrchestratorAsync(Cancel);
        await EndAsync(client);

        Assert.Equal("cancelled", (await client.SessionAsync(round.SessionId!, Cancel)).Status);
        Assert.Equal("running", (await client.SessionAsync(first.SessionId, Cancel)).Status);
        await client.CancelSessionAsync(first.SessionId, Cancel);
        await Eventually.TrueAsync(async () => !(await client.SessionAsync(first.SessionId, Cancel)).IsRunning, () => "It runs still.");
    }

    [Fact]
    public async Task One_round_at_a_time_and_a_stop_ends_it()
    {
        string config = HostSetup.Config("agents: {monitor: {enabled: false}, analyzer: {system_prompt: \"Look\\nrun: exec sleep 600\\n\"}}\n");
        await using HostSetup host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}", $"ORCHESTRA_CONFIG={config}", "CLIENT_MODE=claude-code");
        using var client = new OrchestraClient(host.Address);
        using var api = new OrchestraApi(host.Address);
        using TestRepository repository = TestRepository.Create();

        string path = $"/api/orchestrator/start?repo_path={repository.Folder}";
        var starts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => api.PostAsync(path, "")));
        JsonObject started = Assert.Single(starts, s => s.Status == HttpStatusCode.Accepted).Body;
        Assert.Equal(4, starts.Count(s => s.Status == HttpStatusCode.Conflict));
        Assert.Equal(("auto", "claude-code", "[\"monitor\"]"), ((string)started["mode"]!, (string)started["client_mode"]!, started["skipped"]!.ToJsonString()));

        await client.StopOrchestratorAsync(Cancel);
        await EndAsync(client);
        ExecutionView execution = await client.ExecutionAsync((string)started["session_id"]!, Cancel);
        Assert.Equal(("cancelled", "analyzer"), (execution.Status, Assert.Single(execution.Results).Agent));
        Assert.Equal(HttpStatusCode.Conflict, (await api.PostAsync("/api/orchestrator/stop", "")).Status);
    }

    [Theory]
    [InlineData("mode=nonsense", HttpStatusCode.UnprocessableEntity, "mode")]
    [InlineData("client_mode=nonsense", HttpStatusCode.BadRequest, "client_mode")]
    [InlineData("repo_path=/no/such/folder", HttpStatusCode.UnprocessableEntity, "repo_path")]
    public async Task A_start_that_cannot_be_meant_is_refused_by_name(string query, HttpStatusCode status, string field)
    {
        await using HostSetup host = await HostSetup.StartAsync();
        using var api = new OrchestraApi(host.Address);
        var answer = await api.PostAsync($"/api/orchestrator/start?{query}", "");
        Assert.Equal((status, field), (answer.Status, (string)answer.Body["field"]!));
    }

    [Fact]
    public async Task The_configuration_is_shown_with_its_sources_and_without_secrets()
    {
        string file = HostSetup.Config("outputs:\n  retention_days: 7\nallowed_repo_roots: [\"/tmp\", \"/x/sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaaa\"]\n");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Cancel)).Replace("argv: [/bin/sh, -e]", "argv: [/bin/sh, -e]\n      env: {MINE: hush-hush}", StringComparison.Ordinal), Cancel);
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={file}", "CLIENT_MODE=command", "ORCHESTRA_API_KEY=a-key-that-nobody-guesses");
        using var client = new OrchestraClient(host.Address, "a-key-that-nobody-guesses");
        ConfigView config = await client.ConfigAsync(Cancel);

        ConfigEntryView Entry(string key) => Assert.Single(config.Entries, e => e.Key == key);
        string[] lines = await File.ReadAllLinesAsync(file, Cancel);
        Assert.Equal(("file", 7), (Entry("outputs.retention_days").Source, Entry("outputs.retention_days").Value.GetInt32()));
        Assert.Contains("retention_days", lines[Entry("outputs.retention_days").Line!.Value - 1]);
        Assert.Equal("default", Entry("pipeline.gate_timeout_seconds").Source);
        Assert.Equal("CLIENT_MODE", Entry("client.default_mode").Source);
        Assert.Equal("(hidden)", Entry("client.commands.default.env.MINE").Value.GetString());
        Assert.Equal(("(hidden)", "command line"), (config.Settings.Single(s => s.Name == "ORCHESTRA_API_KEY").Value, config.Settings.Single(s => s.Name == "ORCHESTRA_API_KEY").Source));
        Assert.Null(config.Settings.Single(s => s.Name == "ORCHESTRA_API_KEYS").Value);

        using var http = new HttpClient { BaseAddress = host.Address, DefaultRequestHeaders = { { "x-functions-key", "a-key-that-nobody-guesses" } } };
        string text = await http.GetStringAsync("/api/config", Cancel) + await http.GetStringAsync("/api/status", Cancel);
        Assert.DoesNotContain("hush-hush", text);
        Assert.DoesNotContain("nobody-guesses", text);
        Assert.DoesNotContain("aaaaaaaa", text);
        Assert.NotNull(JsonNode.Parse(await http.GetStringAsync("/api/config", Cancel))!["teams"]!["definitions"]!["feature-dev"]);
    }

    [Fact]
    public async Task The_log_is_read_by_level_newest_first()
    {
        await using HostSetup host = await HostSetup.StartAsync();
        using var client = new OrchestraClient(host.Address);
        using var api = new OrchestraApi(host.Address);
        using TestRepository repository = TestRepository.Create();
        string id = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > y")));
        await api.WaitForEndAsync(id);
        await Eventually.TrueAsync(
            async () => (await client.LogsAsync(new(Level: "INFO"), Cancel)).Lines.Any(l => l.Message.Contains(id, StringComparison.Ordinal)), () => "The end was not logged.");

        IReadOnlyList<LogView> all = (await client.LogsAsync(new(1000), Cancel)).Lines;
        Assert.Equal(all.OrderByDescending(l => l.Timestamp).Select(l => l.Id), all.Select(l => l.Id));
        Assert.All((await client.LogsAsync(new(Level: "info"), Cancel)).Lines, l => Assert.Equal("info", l.Level));
        Assert.Empty((await client.LogsAsync(new(Level: "critical"), Cancel)).Lines);
        Assert.Equal(all[0].Id, Assert.Single((await client.LogsAsync(new(1), Cancel)).Lines).Id);
        LogsPage first = await client.LogsAsync(new(1, MinLevel: "info"), Cancel);
        LogsPage second = await client.LogsAsync(new(1, MinLevel: "info", After: first.Next), Cancel);
        Assert.Equal(all.Where(l => l.Level != "debug").Take(2).Select(l => l.Id), first.Lines.Concat(second.Lines).Select(l => l.Id));
        Assert.Contains(id, Assert.Single((await client.LogsAsync(new(Text: $"PROJECT {id} ended"), Cancel)).Lines).Message);
        Assert.Equal((HttpStatusCode.BadRequest, "after"), await FieldAsync(api, "/api/logs?after=elsewhere"));
        Assert.Equal((HttpStatusCode.BadRequest, "min_level"), await FieldAsync(api, "/api/logs?min_level=loud"));
        Assert.Equal((HttpStatusCode.BadRequest, "level"), await FieldAsync(api, "/api/logs?level=loud"));
        Assert.Equal((HttpStatusCode.BadRequest, "limit"), await FieldAsync(api, "/api/logs?limit=1001"));
    }

    private static async Task<(HttpStatusCode, string)> FieldAsync(OrchestraApi api, string path)
    {
        var answer = await api.GetAsync(path);
        return (answer.Status, (string)answer.Body["field"]!);
    }

    private static async Task<(bool, int?, string)> StateAsync(OrchestraClient client)
    {
        OrchestratorView view = (await client.StatusAsync(Cancel)).Orchestrator;
        return (view.Running, view.Pid, view.Mode);
    }

    private static Task EndAsync(OrchestraClient client) => Eventually.TrueAsync(
        async () => !(await client.StatusAsync(Cancel)).Orchestrator.Running && (await client.ExecutionsAsync(1, 0, Cancel)).Total == 1,
        () => "The round did not end.");
}
