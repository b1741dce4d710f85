using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Agents that mend a failed gate or resolve a conflict can be seen at work, and read afterwards, like sessions.</summary>
public sealed class FixAgentTests : IAsyncLifetime
{
    private readonly TestRepository repository = TestRepository.CreateList();
    private HostSetup host = null!;
    private OrchestraApi api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}");
        api = new OrchestraApi(host.Address);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
        repository.Dispose();
    }

    [Fact]
    public async Task One_that_mends_is_seen_while_it_works_and_read_afterwards()
    {
        string go = Path.Combine(repository.Root, "go");
        string id = await MendingAsync($"echo half > half.txt; echo looking; until test -f '{go}'; do sleep 0.02; done; touch mended; echo TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789");
        JsonObject project = await api.WaitAsync(id, p => Fix(p) is { } f && (string?)f["last_line"] == "looking");
        JsonNode fix = Fix(project)!;
        string run = (string)fix["session_id"]!;
        Assert.Equal(("fix", "running", "command"), ((string)fix["fix_kind"]!, (string)fix["status"]!, (string)fix["client_mode"]!));
        Assert.StartsWith("Mend the build, which failed on ", (string)fix["task_description"]!);
        Assert.Equal("looking\n", await TextAsync($"/api/teams/{run}/output"));
        Assert.Equal((id, "looking\n"), (await SessionAsync(run) is var seen ? ((string)seen["project_id"]!, (string)seen["tasks"]![0]!["output"]!) : default));
        Assert.Contains("half.txt", (string)(await api.GetAsync($"/api/teams/{run}/diff")).Body["stat"]!);
        File.WriteAllText(go, "");
        project = await api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(("completed", 0), ((string)Fix(project)!["status"]!, (int)Fix(project)!["exit_code"]!));
        string printed = await TextAsync($"/api/teams/{run}/output");
        Assert.StartsWith("looking\nTOKEN=", printed);
        Assert.DoesNotContain("ghp_", printed + Fix(project)!.ToJsonString());
        Assert.Equal(["started", "stdout", "completed"], (await NewsAsync(run)).Distinct());
        // It is none of the sessions, which projects and people merge.
        Assert.Single(project["sessions"]!.AsArray());
        Assert.Equal(1, (int)(await api.GetAsync("/api/teams")).Body["total"]!);
        foreach (string action in new[] { "merge", "discard" })
            Assert.Equal(404, (int)(await api.PostAsync($"/api/teams/{run}/{action}", "")).Status);
        Assert.Equal(409, (int)(await api.PostAsync($"/api/teams/{run}/cancel", "")).Status);
        Assert.Equal(404, (int)(await api.GetAsync($"/api/teams/{id}-fix-999/output")).Status);
    }

    [Fact]
    public async Task One_that_resolves_tells_what_it_is_there_for_and_how_it_ended()
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo left > list.txt"), OrchestraApi.Agent("echo right > list.txt"));
        launch["fix_command"] = Command("echo no idea; exit 7");
        string id = await api.LaunchAsync(launch);
        string decision = (string)(await api.WaitForDecisionAsync(id))["decision_id"]!;
        await api.ResolveAsync(decision, "approve");
        JsonObject project = await api.WaitAsync(id, p => OrchestraApi.Pending(p) is { } again && (string)again["decision_id"]! != decision);

        JsonNode fix = Fix(project)!;
        Assert.Equal(("resolve", "failed", 7, "no idea"), ((string)fix["fix_kind"]!, (string)fix["status"]!, (int)fix["exit_code"]!, (string)fix["last_line"]!));
        Assert.StartsWith("Resolve the conflict in list.txt", (string)fix["task_description"]!);
    }

    [Fact]
    public async Task One_that_mends_is_stopped_alone_and_the_question_is_asked_again()
    {
        string id = await MendingAsync("test -e half.txt || { echo half > half.txt; echo begun; sleep 1000; }");
        JsonObject project = await api.WaitAsync(id, p => Fix(p) is { } f && (string?)f["last_line"] == "begun");
        string run = (string)Fix(project)!["session_id"]!, first = (string)project["decisions"]![0]!["decision_id"]!;

        Assert.Equal(200, (int)(await api.PostAsync($"/api/teams/{run}/cancel", "")).Status);

        project = await api.WaitAsync(id, p => OrchestraApi.Pending(p) is { } again && (string)again["decision_id"]! != first);
        Assert.Equal(["cancelled"], project["fix_agents"]!.AsArray().Select(f => (string)f!["status"]!));
        Assert.Contains("was not accepted: Cancelled", (string)OrchestraApi.Pending(project)!["description"]!, StringComparison.Ordinal);
        Assert.Equal("half", repository.Show($"refs/orchestra/kept/{run}", "half.txt"));
        await api.ResolveAsync((string)OrchestraApi.Pending(project)!["decision_id"]!, "reject");
        Assert.Equal("failed", (string)(await api.WaitForEndAsync(id))["phase"]!);
    }

    [Fact]
    public async Task One_that_resolves_is_stopped_alone_also_while_it_waits_for_its_place()
    {
        await using HostSetup own = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={HostSetup.Config("runs: {max_parallel_agents: 1}\n")}");
        using var other = new OrchestraApi(own.Address);
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo left > list.txt"), OrchestraApi.Agent("echo right > list.txt"));
        launch["fix_command"] = Command("echo both > list.txt");
        string id = await other.LaunchAsync(launch);
        string first = (string)(await other.WaitForDecisionAsync(id))["decision_id"]!, begun = Path.Combine(repository.Root, "begun");
        string holder = await other.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent($"touch '{begun}'; sleep 1000")));
        await Eventually.TrueAsync(() => File.Exists(begun), () => "The place is not taken.");
        await other.ResolveAsync(first, "approve");
        JsonObject project = await other.WaitAsync(id, p => Fix(p) is { } f && f["waiting_for"] is not null);

        await other.PostAsync($"/api/teams/{(string)Fix(project)!["session_id"]!}/cancel", "");

        project = await other.WaitAsync(id, p => OrchestraApi.Pending(p) is { } again && (string)again["decision_id"]! != first);
        Assert.Equal(["cancelled"], project["fix_agents"]!.AsArray().Select(f => (string)f!["status"]!));
        foreach (string each in new[] { id, holder })
            await other.PostAsync($"/api/gm/projects/{each}/cancel", "{}");
        foreach (string each in new[] { id, holder })
            await other.WaitForEndAsync(each);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_ended_and_the_next_is_told_why()
    {
        await using HostSetup own = await HostSetup.StartAsync(
            $"ORCHESTRA_CONFIG={HostSetup.Config("pipeline: {fix_timeout_seconds: 20, max_fix_attempts: 2}\n")}", $"CLAUDE_CLI_PATH={FakeClaude.Path}");
        using var other = new OrchestraApi(own.Address);
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["build_command"] = "test -e mended";
        string second = Path.Combine(repository.Root, "second");
        launch["fix_command"] = Command($"test -e '{second}' && {{ cat > told.txt; touch mended; exit; }}; touch '{second}'; echo half > half.txt; sleep 1000");
        string id = await other.LaunchAsync(launch);
        await other.ResolveAsync((string)(await other.WaitForDecisionAsync(id))["decision_id"]!, "approve");
        JsonObject project = await other.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        JsonArray fixes = project["fix_agents"]!.AsArray();
        Assert.Equal(["timed_out", "completed"], fixes.Select(f => (string)f!["status"]!));
        Assert.Contains("20 s", (string)fixes[0]!["error"]!, StringComparison.Ordinal);
        Assert.Contains((string)fixes[0]!["error"]!, repository.Show("main", "told.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_cost_is_shown()
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, new JsonObject { ["team"] = "feature-dev", ["task"] = "run: echo x > x.txt" });
        launch["build_command"] = "test -e mended";
        launch["client_mode"] = "claude-code";
        string id = await api.LaunchAsync(launch);
        await api.PostAsync($"/api/gm/decisions/{(string)(await api.WaitForDecisionAsync(id))["decision_id"]!}/resolve", """{"action":"approve","comment":"please\nrun: touch mended"}""");
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(0.0125m, (decimal)Fix(project)!["cost_usd"]!);
        Assert.Equal("claude-code", (string)Fix(project)!["client_mode"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_ends_with_its_project(bool terminated)
    {
        string id = await MendingAsync("echo looking; exec sleep 1000");
        await api.WaitAsync(id, p => Fix(p) is { } f && (string?)f["last_line"] == "looking");
        if (terminated)
        {
            await api.PostAsync($"/runtime/webhooks/durabletask/instances/{id}/terminate?reason=test", "");
            await host.Services.GetRequiredService<DurableTaskClient>().WaitForInstanceCompletionAsync(id, Cancel);
        }

        await api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal(("cancelled", "cancelled"), ((string)project["phase"]!, (string)Fix(project)!["status"]!));
        Assert.NotNull(Fix(project)!["completed_at"]);
    }

    [Fact]
    public async Task One_that_nobody_saw_end_has_ended_when_its_project_has()
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["build_command"] = "test -e mended";
        string id = await api.LaunchAsync(launch);
        await api.WaitForDecisionAsync(id);
        // As a crash and the end of the orchestration leave it.
        await host.Services.GetRequiredService<ProjectStore>().SaveSessionAsync(
            new SessionRecord
            {
                SessionId = $"{id}-fix-1", ProjectId = id, FixKind = FixKinds.Fix, TeamName = FixKinds.Fix, TaskDescription = "Mend it", Status = "running", RepoPath = repository.Folder,
            },
            Cancel);
        await api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        JsonNode fix = Fix(await api.WaitForEndAsync(id))!;

        Assert.Equal(("cancelled", "Its project ended without it."), ((string)fix["status"]!, (string)fix["error"]!));
    }

    /// <summary>A project whose build fails and is being mended.</summary>
    private async Task<string> MendingAsync(string script)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["build_command"] = "test -e mended";
        launch["fix_command"] = Command(script);
        string id = await api.LaunchAsync(launch);
        await api.ResolveAsync((string)(await api.WaitForDecisionAsync(id))["decision_id"]!, "approve");
        return id;
    }

    private static JsonNode? Fix(JsonObject project) => project["fix_agents"]!.AsArray().LastOrDefault();

    private static JsonObject Command(string script) => new() { ["argv"] = new JsonArray("/bin/sh", "-ec", script) };

    private async Task<JsonNode> SessionAsync(string run) => (await api.GetAsync($"/api/teams/{run}")).Body;

    private async Task<string> TextAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        return await http.GetStringAsync(path, Cancel);
    }

    private async Task<IReadOnlyList<string>> NewsAsync(string run) =>
        [.. (await api.GetAsync("/api/events?limit=1000&types=started,stdout,completed,cancelled")).Body["events"]!.AsArray()
            .Where(e => (string?)e!["session_id"] == run).Select(e => (string)e!["event"]!)];
}
