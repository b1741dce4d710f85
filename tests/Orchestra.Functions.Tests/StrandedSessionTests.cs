using System.Net;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Functions.Upkeep;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>A single session, or a round of the orchestrator, whose orchestration was terminated or purged is brought to its end all the same.</summary>
public sealed class StrandedSessionTests : IAsyncLifetime
{
    private readonly TestRepository repository = TestRepository.CreateList();
    private HostSetup host = null!;
    private OrchestraApi api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DurableTaskClient Client => host.Services.GetRequiredService<DurableTaskClient>();

    public async ValueTask InitializeAsync()
    {
        string config = HostSetup.Config("agents: {monitor: {enabled: false}, analyzer: {system_prompt: \"Look\\nrun: echo begun > begun.txt; exec sleep 600\\n\"}}\n");
        host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}", $"ORCHESTRA_CONFIG={config}");
        api = new OrchestraApi(host.Address);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
        repository.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_ends_the_agent_and_keeps_its_work_without_the_orchestration(bool purged)
    {
        string id = await WorkingAsync();
        await TerminateAsync(id, purged);

        Assert.Equal(200, (int)(await api.PostAsync($"/api/teams/{id}/cancel", "")).Status);
        JsonObject session = await EndAsync(id);

        Assert.Equal("cancelled", (string)session["status"]!);
        Assert.StartsWith("Cancelled by a person. Its orchestration", (string)session["error"]!);
        Assert.True(File.Exists(Path.Combine(host.DataFolder, "runs", id, "result.json")));
        Assert.Equal("begun", repository.Git("show", $"team/{id}:begun.txt"));
        Assert.Equal(0, (int)(await api.GetAsync("/api/capacity")).Body["running"]!);
        Assert.Equal("cancelled", (string)(await api.GetAsync($"/api/executions/{id}")).Body["status"]!);
        await ToldAsync(id, "started", "cancelled");
        Assert.Equal(409, (int)(await api.PostAsync($"/api/teams/{id}/cancel", "")).Status);
        Assert.Equal(200, (int)(await api.PostAsync($"/api/teams/{id}/merge", "")).Status);
        Assert.Equal("begun", repository.Git("show", "main:begun.txt"));
    }

    [Fact]
    public async Task The_host_fails_what_it_finds_twice_and_the_doctor_tells_until_then()
    {
        string id = await WorkingAsync();
        string gone = await WorkingAsync();
        Assert.Empty(await StuckAsync());
        await TerminateAsync(id, purged: false);
        await TerminateAsync(gone, purged: true);
        Dictionary<string, string> stuck = await StuckAsync();
        Assert.Equal("it is running, but its orchestration is terminated", stuck[id]);
        Assert.Equal("it is running, but its orchestration is gone", stuck[gone]);

        // The timer may be looking, too.
        StrandedSessions stranded = host.Services.GetRequiredService<StrandedSessions>();
        await stranded.LookAsync(Client, Cancel);
        await stranded.LookAsync(Client, Cancel);
        JsonObject session = await EndAsync(id);

        Assert.Equal(("failed", "Its orchestration was ended from outside: it is terminated."), ((string)session["status"]!, (string)session["error"]!));
        await ToldAsync(id, "started", "completed");
        // The instance may live in a store that is not there just now: only a person ends this one.
        Assert.Equal([gone], (await StuckAsync()).Keys);
        await api.PostAsync($"/api/teams/{gone}/cancel", "");
        Assert.Equal("cancelled", (string)(await EndAsync(gone))["status"]!);
    }

    [Fact]
    public async Task The_orchestrator_is_started_again_after_its_round_was_terminated()
    {
        string first = await RoundAsync();
        await TerminateAsync(first, purged: false);
        string second = await RoundAsync();

        JsonObject ended = await EndAsync(first);
        Assert.Equal(("failed", "Its orchestration was ended from outside: it is terminated."), ((string)ended["status"]!, (string)ended["error"]!));
        Assert.Equal(("failed", 1000), ((string)ended["tasks"]![0]!["status"]!, (int)ended["input_tokens"]!));
        Assert.Equal("begun", repository.Git("show", $"team/{first}:begun.txt"));
        await TerminateAsync(second, purged: true);
        Assert.Equal(200, (int)(await api.PostAsync("/api/orchestrator/stop", "")).Status);
        Assert.Equal("cancelled", (string)(await EndAsync(second))["status"]!);
        Assert.False((bool)(await api.GetAsync("/api/status")).Body["orchestrator"]!["running"]!);
        Assert.Equal(2, (int)(await api.GetAsync("/api/executions")).Body["total"]!);
    }

    /// <summary>A session whose agent works.</summary>
    private async Task<string> WorkingAsync()
    {
        var launch = new JsonObject
        {
            ["team_name"] = "feature-dev",
            ["task_description"] = "A task",
            ["repo_path"] = repository.Folder,
            ["command"] = OrchestraApi.Agent("echo begun > begun.txt; echo begun; exec sleep 1000")["command"]!.DeepClone(),
        };
        string id = (string)(await api.PostAsync("/api/teams/launch", launch.ToJsonString())).Body["session_id"]!;
        await SessionAsync(id, s => (string?)s["last_line"] == "begun");
        return id;
    }

    private async Task<string> RoundAsync()
    {
        var started = await api.PostAsync($"/api/orchestrator/start?client_mode=claude-code&repo_path={repository.Folder}", "");
        Assert.True(started.Status == HttpStatusCode.Accepted, started.Body.ToJsonString());
        string id = (string)started.Body["session_id"]!;
        string file = Path.Combine(host.DataFolder, "worktrees", id, "begun.txt");
        await Eventually.TrueAsync(() => File.Exists(file), () => "The round did not begin.");
        return id;
    }

    private async Task TerminateAsync(string instance, bool purged)
    {
        Assert.Equal(202, (int)(await api.PostAsync($"/runtime/webhooks/durabletask/instances/{instance}/terminate?reason=test", "")).Status);
        await Client.WaitForInstanceCompletionAsync(instance, Cancel);
        if (purged)
            Assert.Equal(HttpStatusCode.OK, await api.DeleteAsync($"/runtime/webhooks/durabletask/instances/{instance}"));
    }

    private async Task<Dictionary<string, string>> StuckAsync() =>
        (await api.GetAsync("/api/doctor")).Body["findings"]!.AsArray().Where(f => (string)f!["kind"]! == "session").ToDictionary(f => (string)f!["name"]!, f => (string)f!["reason"]!);

    private Task<JsonObject> EndAsync(string id) => SessionAsync(id, s => s["completed_at"] is not null);

    private async Task<JsonObject> SessionAsync(string id, Func<JsonObject, bool> condition)
    {
        JsonObject session = [];
        await Eventually.TrueAsync(
            async () => condition(session = (JsonObject)(await api.GetAsync($"/api/teams/{id}")).Body),
            () => session.ToJsonString());
        return session;
    }

    /// <summary>Each once, in this order; events come right after what they tell of.</summary>
    private async Task ToldAsync(string id, params string[] names)
    {
        List<string> told = [];
        await Eventually.TrueAsync(
            async () => (told = [.. (await api.GetAsync($"/api/events?limit=1000&types={string.Join(',', names)}")).Body["events"]!.AsArray()
                .Where(e => (string?)e!["session_id"] == id).Select(e => (string)e!["event"]!)]).SequenceEqual(names),
            () => string.Join(", ", told));
    }
}
