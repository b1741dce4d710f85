using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Agents that may not run yet: they wait, say why, and go on when they may.</summary>
public sealed class WaitingTests
{
    [Fact]
    public async Task At_most_so_many_agents_run_and_projects_take_turns()
    {
        using TestRepository repository = TestRepository.CreateList();
        string marks = Directory.CreateTempSubdirectory("orchestra-waiting-").FullName;
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={HostSetup.Config("runs: {max_parallel_agents: 1}\n")}");
        using OrchestraApi api = new(host.Address);
        // Each notes when it begins and that nobody else runs; the first one holds its place until all have come.
        string first = Agent(marks, "a", $"while [ ! -e {marks}/go ]; do sleep 0.02; done");
        string one = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent(first)));
        await Eventually.TrueAsync(() => File.Exists($"{marks}/order"), () => "The first agent did not begin.");
        string two = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent(Agent(marks, "b")), OrchestraApi.Agent(Agent(marks, "b"))));
        await WaitingAsync(api, 2);
        string three = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent(Agent(marks, "c"))));
        JsonNode counts = await WaitingAsync(api, 3);
        JsonNode session = (await api.GetAsync($"/api/gm/projects/{two}")).Body["sessions"]![0]!;
        Assert.Equal(("pending", "place"), ((string)session["status"]!, (string)session["waiting_for"]!["kind"]!));
        Assert.Contains("runs.max_parallel_agents", (string)session["waiting_for"]!["reason"]!);
        Assert.Equal((1, 1), ((int)counts["running"]!, (int)counts["max_parallel_agents"]!));

        File.WriteAllText($"{marks}/go", "");
        foreach (string id in (string[])[one, two, three])
        {
            JsonObject ended = await api.WaitForEndAsync(id);
            Assert.True((string)ended["phase"]! == "completed", ended.ToJsonString());
        }

        // With nothing running, whoever has waited longest goes first; nobody waited for the minute after which waiters ask by themselves.
        Assert.Equal("abbc", string.Concat(File.ReadAllLines($"{marks}/order")));
        Assert.False(File.Exists($"{marks}/together"));
        JsonNode events = (await api.GetAsync($"/api/events?project={two}&types=agent_waiting")).Body["events"]!;
        Assert.Equal(2, events.AsArray().Count);
        Directory.Delete(marks, recursive: true);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(0)]
    public async Task Agents_leave_room_for_all_other_steps(int mostAgents)
    {
        using TestRepository repository = TestRepository.CreateList();
        await using HostSetup host = await HostSetup.StartAsync(
            $"ORCHESTRA_CONFIG={HostSetup.Config($"runs: {{max_parallel_agents: {mostAgents}}}\n")}", "AzureFunctionsJobHost:extensions:durableTask:maxConcurrentActivityFunctions=1");
        using OrchestraApi api = new(host.Address);
        string id = await api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, [.. Enumerable.Range(0, 4).Select(n => OrchestraApi.Agent($"touch {repository.Root}/agent-{n}; sleep 1000"))]));
        await Eventually.TrueAsync(() => Directory.GetFiles(repository.Root, "agent-*").Length == 4, () => "The agents do not run.");

        await api.PostAsync($"/api/gm/projects/{id}/cancel", "{}");

        Assert.Equal("cancelled", (string)(await api.WaitForEndAsync(id))["phase"]!);
    }

    [Theory]
    [InlineData("min_free_disk_mb")]
    [InlineData("min_free_memory_mb")]
    public async Task A_machine_without_room_makes_agents_wait_and_they_can_be_cancelled(string limit)
    {
        using TestRepository repository = TestRepository.CreateList();
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={HostSetup.Config($"runs: {{{limit}: 2000000000}}\n")}");
        using OrchestraApi api = new(host.Address);
        string single = (string)(await api.PostAsync("/api/teams/launch", new JsonObject
        {
            ["team_name"] = "feature-dev", ["task_description"] = "never", ["repo_path"] = repository.Folder,
        }.ToJsonString())).Body["session_id"]!;
        string project = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x")));
        await Eventually.TrueAsync(
            async () => (string?)(await api.GetAsync($"/api/teams/{single}")).Body["waiting_for"]?["kind"] == "resources"
                && (string?)(await api.GetAsync($"/api/gm/projects/{project}")).Body["sessions"]!.AsArray().ElementAtOrDefault(0)?["waiting_for"]?["kind"] == "resources",
            () => "The sessions do not wait.");
        Assert.Contains($"runs.{limit}", (string)(await api.GetAsync($"/api/teams/{single}")).Body["waiting_for"]!["reason"]!);

        await api.PostAsync($"/api/teams/{single}/cancel", "{}");
        await api.PostAsync($"/api/gm/projects/{project}/cancel", "{}");

        JsonNode? session = null;
        await Eventually.TrueAsync(
            async () => (string?)(session = (await api.GetAsync($"/api/teams/{single}")).Body)["status"] == "cancelled",
            () => $"The session was not cancelled: {session?.ToJsonString()}");
        JsonObject ended = await api.WaitForEndAsync(project);
        Assert.Equal(("cancelled", "cancelled"), ((string)ended["phase"]!, (string)ended["sessions"]![0]!["status"]!));
    }

    private static string Agent(string marks, string name, string then = "true") =>
        $"mkdir {marks}/lock || touch {marks}/together; echo {name} >> {marks}/order; {then}; echo {name} > $ORCHESTRA_SESSION.txt; rmdir {marks}/lock";

    private static async Task<JsonNode> WaitingAsync(OrchestraApi api, int count)
    {
        JsonNode? agents = null;
        await Eventually.TrueAsync(
            async () => (int)(agents = (await api.GetAsync("/api/capacity")).Body)["waiting_for_a_place"]! == count, () => $"Not {count} wait: {agents?.ToJsonString()}");
        return agents!;
    }
}
