using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Several projects and a person on one branch at the same time.</summary>
public sealed class CrowdTests
{
    [Fact]
    public async Task Projects_land_beside_each_other_and_a_person_and_nothing_is_lost()
    {
        await using HostSetup host = await HostSetup.StartAsync();
        using var api = new OrchestraApi(host.Address);
        using TestRepository repository = TestRepository.CreateList();
        var ids = new List<string>();
        for (int n = 0; n < 4; n++)
        {
            JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent($"echo a > a{n}.txt"), OrchestraApi.Agent($"echo b > b{n}.txt"));
            launch["test_command"] = $"test -f a{n}.txt || test -f b{n}.txt";
            ids.Add(await api.LaunchAsync(launch));
        }

        Task<JsonObject>[] ends = [.. ids.Select(api.WaitForEndAsync)];
        var commits = new List<string>();
        while (!Task.WhenAll(ends).IsCompleted && commits.Count < 8)
        {
            commits.Add(await repository.CommitBesideLandingsAsync($"mine{commits.Count}.txt", "mine\n"));
            string seen = repository.Git("rev-parse", "main");
            // The next commit comes when something has landed on the one before.
            await Eventually.TrueAsync(
                () => Task.WhenAll(ends).IsCompleted || repository.Git("rev-parse", "main") != seen, () => "Nothing landed.");
        }

        JsonObject[] projects = await Task.WhenAll(ends);
        Assert.All(projects, p => Assert.True((string)p["phase"]! == "completed", p.ToJsonString()));
        string[] tree = repository.Git("ls-tree", "--name-only", "main").Split('\n');
        Assert.All(Enumerable.Range(0, 4), n => Assert.Equal(2, tree.Count(f => f == $"a{n}.txt" || f == $"b{n}.txt")));
        Assert.All(
            commits.Concat(projects.Select(p => (string)p["landed_commit"]!)),
            commit => Assert.NotEqual("", repository.Git("for-each-ref", "refs/heads/main", "--contains", commit)));
        Assert.Equal("", repository.Git("status", "--porcelain"));
    }

    [Fact]
    public async Task A_target_that_never_rests_ends_the_project_after_so_many_tries()
    {
        string config = HostSetup.Config("pipeline:\n  max_landing_attempts: 2\n  reuse_passes: false\n");
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={config}");
        using var api = new OrchestraApi(host.Address);
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt"));
        launch["test_command"] = $"git -C '{repository.Folder}' -c user.name=p -c user.email=p@example.org commit -q --allow-empty -m moved";
        string id = await api.LaunchAsync(launch);
        JsonObject project = await api.WaitForEndAsync(id);
        Assert.Equal("failed", (string)project["phase"]!);
        Assert.Equal("landing", (string)project["failed_phase"]!);
        Assert.Contains("moved 3 times", (string)project["error_message"]!);
        Assert.Equal(3, project["gates"]!.AsArray().Count);
        Assert.Equal("list.txt", repository.Git("ls-tree", "--name-only", "main"));

        // In peace, a retry lands what is there.
        await api.PostAsync($"/api/gm/projects/{id}/retry", """{"test_command": "test -f a.txt"}""");
        Assert.Equal("completed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("a", repository.Git("show", "main:a.txt"));
        File.Delete(config);
    }

    private static TestRepository Sample()
    {
        var repository = TestRepository.CreateEmpty();
        repository.Write("list.txt", "base\n");
        repository.Commit("base");
        return repository;
    }
}
