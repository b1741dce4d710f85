using System.Net;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Functions.Upkeep;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>A project whose orchestration was terminated, purged or failed is brought to its end all the same.</summary>
public sealed class StrandedTests : IAsyncLifetime
{
    private const string Waiting = "echo begun > begun.txt; echo begun; exec sleep 1000";
    private HostSetup host = null!;
    private OrchestraApi api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DurableTaskClient Client => host.Services.GetRequiredService<DurableTaskClient>();

    public async ValueTask InitializeAsync()
    {
        host = await HostSetup.StartAsync();
        api = new OrchestraApi(host.Address);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_ends_agents_and_keeps_their_work_without_the_orchestration(bool purged)
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await WorkingAsync(repository, OrchestraApi.Agent(Waiting));
        string alive = Session(await api.ProjectAsync(id), Waiting);
        await TerminateAsync(id);
        if (purged) Assert.Equal(HttpStatusCode.OK, await api.DeleteAsync($"/runtime/webhooks/durabletask/instances/{id}"));

        Assert.Equal(200, (int)(await api.PostAsync($"/api/gm/projects/{id}/cancel", "")).Status);
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal(("cancelled", "waiting"), ((string)project["phase"]!, (string)project["failed_phase"]!));
        Assert.StartsWith("Cancelled by a person.", (string)project["error_message"]!);
        Assert.Equal("cancelled", (string)project["sessions"]![0]!["status"]!);
        Assert.Equal("begun", repository.Git("show", $"refs/orchestra/kept/{alive}:begun.txt"));
        Assert.False(Directory.Exists(Path.Combine(host.DataFolder, "worktrees", alive)));
        await ToldAsync(id, "project_cancelled");
        Assert.Equal(["cancelled"], (await NewsAsync(id)).Where(e => (string?)e["event"] == "phase_change").Select(e => (string)e["phase"]!).TakeLast(1));
        Assert.Equal(409, (int)(await api.PostAsync($"/api/gm/projects/{id}/cancel", "")).Status);
    }

    [Fact]
    public async Task Cancel_ends_what_runs_for_agents_whose_orchestrations_are_gone_too()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await WorkingAsync(repository, OrchestraApi.Agent(Waiting));
        string session = Session(await api.ProjectAsync(id), Waiting);
        // The project first: while it lives, it sees that its agent is lost.
        await TerminateAsync(id);
        await TerminateAsync(session);

        await api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("cancelled", (string)project["phase"]!);
        Assert.True(File.Exists(Path.Combine(host.DataFolder, "runs", session, "result.json")));
        Assert.Equal("begun", repository.Git("show", $"refs/orchestra/kept/{session}:begun.txt"));
        Assert.Equal("begun", repository.Git("show", $"team/{session}:begun.txt"));
    }

    [Fact]
    public async Task Cancel_closes_the_decision_that_nobody_waits_for_any_more()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await AskingAsync(repository);
        await TerminateAsync(id);

        await api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("cancelled", (string)project["phase"]!);
        Assert.Equal("closed", (string)project["decisions"]![0]!["status"]!);
        await ToldAsync(id, "decision_resolved");
    }

    [Fact]
    public async Task A_retry_goes_on_from_where_the_terminated_orchestration_was()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await AskingAsync(repository);
        await TerminateAsync(id);

        Assert.Equal(202, (int)(await api.PostAsync($"/api/gm/projects/{id}/retry", """{"build_command": "true"}""")).Status);
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("closed", (string)project["decisions"]![0]!["status"]!);
        Assert.Equal("a.txt\nlist.txt", repository.Git("ls-tree", "--name-only", "main"));
        await ToldAsync(id, "project_failed", "project_completed");
    }

    [Fact]
    public async Task A_retry_waits_for_agents_that_still_work_and_then_lands_their_work()
    {
        using TestRepository repository = TestRepository.CreateList();
        string go = Path.Combine(repository.Root, "go");
        string id = await WorkingAsync(repository, OrchestraApi.Agent($"echo begun; echo a > a.txt; until test -f '{go}'; do sleep 0.02; done"));
        string session = (string)(await api.ProjectAsync(id))["sessions"]![0]!["session_id"]!;
        await TerminateAsync(id);

        var early = await api.PostAsync($"/api/gm/projects/{id}/retry", "");
        Assert.Equal(409, (int)early.Status);
        Assert.Contains(session, (string)early.Body["detail"]!);
        File.WriteAllText(go, "");
        await Client.WaitForInstanceCompletionAsync(session, Cancel);

        Assert.Equal(202, (int)(await api.PostAsync($"/api/gm/projects/{id}/retry", "")).Status);
        Assert.Equal("completed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("a", repository.Git("show", "main:a.txt"));
    }

    [Fact]
    public async Task The_host_fails_what_it_finds_twice_and_the_doctor_tells_until_then()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await AskingAsync(repository);
        string gone = await AskingAsync(repository);
        Assert.Empty(await StuckAsync());
        await TerminateAsync(id);
        await TerminateAsync(gone);
        Assert.Equal(HttpStatusCode.OK, await api.DeleteAsync($"/runtime/webhooks/durabletask/instances/{gone}"));

        Dictionary<string, string> stuck = await StuckAsync();
        Assert.Equal("it is building, but its orchestration is terminated", stuck[id]);
        Assert.Equal("it is building, but its orchestration is gone", stuck[gone]);

        // The timer may be looking, too.
        StrandedProjects stranded = host.Services.GetRequiredService<StrandedProjects>();
        await stranded.LookAsync(Client, Cancel);
        await stranded.LookAsync(Client, Cancel);
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("failed", (string)project["phase"]!);
        Assert.Contains("ended from outside", (string)project["error_message"]!);
        await ToldAsync(id, "project_failed");
        Assert.Contains(id, (await api.GetAsync("/api/gm/projects?phase=failed")).Body["projects"]!.AsArray().Select(p => (string)p!["id"]!));
        // The instance may live in a store that is not there just now: only a person ends this one.
        Assert.Equal([gone], (await StuckAsync()).Keys);
        await api.PostAsync($"/api/gm/projects/{gone}/cancel", "");
        Assert.Equal("cancelled", (string)(await api.WaitForEndAsync(gone))["phase"]!);
    }

    [Fact]
    public async Task A_landing_that_was_being_taken_back_stays_completed()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt"));
        launch["build_command"] = "test -f a.txt";
        string id = await api.LaunchAsync(launch);
        Assert.Equal("completed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        await api.PostAsync($"/api/gm/projects/{id}/unland", "");
        await api.WaitForDecisionAsync(id);
        await TerminateAsync($"{id}-unland-1");

        await api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Null(project["unlanded_commit"]);
        Assert.Equal(repository.Git("rev-parse", "main"), (string)project["landed_commit"]!);
        Assert.Equal("closed", (string)project["decisions"]![0]!["status"]!);
    }

    /// <summary>A project that waits for an answer about its build.</summary>
    private async Task<string> AskingAsync(TestRepository repository)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt"));
        launch["build_command"] = "exit 3";
        string id = await api.LaunchAsync(launch);
        await api.WaitForDecisionAsync(id);
        return id;
    }

    /// <summary>A project whose agents have all said that they have begun.</summary>
    private async Task<string> WorkingAsync(TestRepository repository, params JsonObject[] agents)
    {
        string id = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, agents));
        await api.WaitAsync(id, p => p["sessions"]!.AsArray().Count(s => (string?)s!["last_line"] == "begun") == agents.Length);
        return id;
    }

    private async Task TerminateAsync(string instance)
    {
        Assert.Equal(202, (int)(await api.PostAsync($"/runtime/webhooks/durabletask/instances/{instance}/terminate?reason=test", "")).Status);
        await Client.WaitForInstanceCompletionAsync(instance, Cancel);
    }

    private static string Session(JsonObject project, string script) =>
        (string)project["sessions"]!.AsArray().Single(s => (string)s!["task_description"]! == $"Task of {script}")!["session_id"]!;

    private async Task<Dictionary<string, string>> StuckAsync() =>
        (await api.GetAsync("/api/doctor")).Body["findings"]!.AsArray().Where(f => (string)f!["kind"]! == "project").ToDictionary(f => (string)f!["name"]!, f => (string)f!["reason"]!);

    private async Task<IReadOnlyList<JsonNode>> NewsAsync(string id) =>
        [.. (await api.GetAsync($"/api/events?project={id}&limit=1000")).Body["events"]!.AsArray().Select(e => e!)];

    /// <summary>Each once, in this order; events come right after what they tell of.</summary>
    private async Task ToldAsync(string id, params string[] names)
    {
        List<string> told = [];
        await Eventually.TrueAsync(
            async () => (told = [.. (await NewsAsync(id)).Select(e => (string?)e["event"]).OfType<string>()]).Where(names.Contains).SequenceEqual(names),
            () => string.Join(", ", told));
    }
}
