using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>SIGKILL at random moments of the pipeline: it always completes, no finished agent runs again, every change lands once.</summary>
public sealed class KillTests
{
    private const int Kills = 20;
    private const int Agents = 4;

    [Fact]
    public async Task A_host_killed_at_any_moment_goes_on_where_it_was()
    {
        string folder = Directory.CreateTempSubdirectory("orchestra-kill-").FullName;
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int port = FreePort.Next();
        using var api = new OrchestraApi(new Uri($"http://127.0.0.1:{port}"));
        using (var host = new HostProcess(Path.Combine(folder, "data"), port))
        {
            int kills = 0;
            for (int project = 0; kills < Kills; project++)
                kills += await RunProjectAsync(host, api, folder, project, random);
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <returns>How often the host was killed while this project ran.</returns>
    private static async Task<int> RunProjectAsync(HostProcess host, OrchestraApi api, string folder, int number, Random random)
    {
        using var repository = TestRepository.CreateEmpty();
        repository.Write("list.txt", "base\n");
        repository.Commit("base");
        string log = Path.Combine(folder, $"agents-{number}.log");

        host.Start();
        await api.WaitUntilUpAsync();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, [.. Enumerable.Range(0, Agents).Select(i => Agent(i, log))]);
        launch["build_command"] = "sleep 0.05; test -f list.txt";
        launch["test_command"] = "sleep 0.05; ! grep -n '<<<<' list.txt";
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "sleep 0.1; grep -v -e '<<<<' -e '====' -e '>>>>' list.txt > l; mv l list.txt") };
        string id = await api.LaunchAsync(launch);

        int kills = 0;
        JsonObject project = await api.ProjectAsync(id);
        while (project["completed_at"] is null)
        {
            if (kills < 7)
            {
                await PassAsync(random.Next(10, 400));
                host.Kill();
                kills++;
                host.Start();
                await api.WaitUntilUpAsync();
            }

            project = await api.WaitAsync(id, p => kills < 7 || p["completed_at"] is not null || OrchestraApi.Pending(p) is not null);
            if (OrchestraApi.Pending(project) is { } decision)
                await api.ResolveAsync((string)decision["decision_id"]!, "approve");
        }

        await AssertToldOnceAsync(api, id);
        host.Kill();
        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(Agents, (int)project["merged_count"]!);
        Assert.Equal($"{Agents}", repository.Git("rev-list", "--count", "--merges", "main"));
        Assert.Equal("", repository.Git("--no-optional-locks", "status", "--porcelain"));
        Assert.Equal(["base", .. Enumerable.Range(0, Agents).Select(i => $"line {i}")], File.ReadAllLines(Path.Combine(repository.Folder, "list.txt")).Order());
        for (int i = 0; i < Agents; i++)
            Assert.Equal($"work of {i}\n", File.ReadAllText(Path.Combine(repository.Folder, $"file{i}.txt")));
        Assert.Equal(Enumerable.Range(0, Agents).Select(i => $"finished {i}"), File.ReadAllLines(log).Order());
        return kills;
    }

    /// <summary>Numbers rise, and each thing that happens once was told once.</summary>
    private static async Task AssertToldOnceAsync(OrchestraApi api, string id)
    {
        JsonNode[] events = [];
        await Eventually.TrueAsync(
            async () => (events = [.. (await api.GetAsync($"/api/events?project={id}&limit=1000")).Body["events"]!.AsArray()!])
                .Any(e => (string?)e["event"] == "project_completed"),
            () => "The end was not told.");
        Assert.Equal(events.Select(e => (int)e["seq"]!).Distinct().Order(), events.Select(e => (int)e["seq"]!));
        foreach (string once in new[] { "project_started", "merge_order_determined", "project_completed" })
            Assert.Single(events, e => (string?)e["event"] == once);
        foreach (string each in new[] { "agent_launched", "agent_completed", "merge_completed", "merge_started" })
            Assert.Equal(Agents, events.Where(e => (string?)e["event"] == each).Select(e => (string)e["session_id"]!).Distinct().Count());
        Assert.Equal(Agents, events.Count(e => (string?)e["event"] == "merge_completed"));
        Assert.Equal(Agents, events.Count(e => (string?)e["event"] == "agent_completed"));
    }

    /// <summary>Each agent changes a file of its own and the same place of a shared one; it notes its end, which must come once.</summary>
    private static JsonObject Agent(int i, string log) => OrchestraApi.Agent(
        $"echo work of {i} > file{i}.txt; sleep 0.{i + 2}; echo line {i} >> list.txt; echo finished {i} >> '{log}'");

    /// <summary>Lets real time pass: the moment of the kill is the test's random input, not a wait for something.</summary>
    private static async Task PassAsync(int milliseconds)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds));
        await tick.WaitForNextTickAsync();
    }
}
