using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Real conflicts: what the person and the agent are told, what is accepted, and resolving by hand.</summary>
public sealed class ConflictTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task The_decision_and_the_agent_know_both_sides()
    {
        using TestRepository repository = TestRepository.CreateList();
        (string id, JsonObject decision) = await ConflictAsync(repository, "cat > /dev/null; echo both > list.txt; exit 0", "true");
        JsonArray parties = decision["context"]!["parties"]!.AsArray();
        Assert.Equal(["ours", "theirs"], parties.Select(p => (string)p!["side"]!));
        Assert.Equal(["Task of echo left > list.txt", "Task of echo right > list.txt"], parties.Select(p => (string)p!["task"]!));
        Assert.All(parties, p => Assert.Equal("list.txt", (string)p!["files"]![0]!));
        Assert.Equal("right", repository.Git("show", $"{(string)parties[1]!["commit"]!}:list.txt"));
        await Api.ResolveAsync((string)decision["decision_id"]!, "approve");
        Assert.Equal("completed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        string prompt = File.ReadAllText(Path.Combine(host.DataFolder, "runs", $"{id}-resolve-3", "prompt.txt"));
        Assert.Contains("Task of echo left > list.txt", prompt);
        Assert.Contains("Task of echo right > list.txt", prompt);
    }

    [Fact]
    public async Task A_second_agent_is_told_why_the_first_was_not_accepted()
    {
        using TestRepository repository = TestRepository.CreateList();
        (string id, JsonObject decision) = await ConflictAsync(
            repository, "if grep -q 'former attempt'; then echo both > list.txt; else echo both > list.txt; echo x > elsewhere.txt; fi", "true");
        await Api.ResolveAsync((string)decision["decision_id"]!, "approve");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Single(project["decisions"]!.AsArray());
        Assert.Equal("both", repository.Git("show", "main:list.txt"));
        Assert.Equal("x", repository.Git("show", $"refs/orchestra/kept/{id}-resolve-3:elsewhere.txt"));
    }

    [Fact]
    public async Task A_resolution_that_does_not_build_comes_back_to_the_person_and_moves_nothing()
    {
        using TestRepository repository = TestRepository.CreateList();
        (string id, JsonObject decision) = await ConflictAsync(repository, "echo both > list.txt", "! grep -q both list.txt");
        string head = repository.Head($"refs/heads/orchestra/{id}");
        await Api.ResolveAsync((string)decision["decision_id"]!, "approve");
        await Api.WaitAsync(id, p => p["decisions"]!.AsArray().Count == 2);
        JsonNode second = OrchestraApi.Pending(await Api.ProjectAsync(id))!;
        Assert.Contains("the build failed", (string)second["description"]!);
        Assert.Equal(head, repository.Head($"refs/heads/orchestra/{id}"));
        await Api.ResolveAsync((string)second["decision_id"]!, "reject");
        Assert.Equal("completed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("left", repository.Git("show", "main:list.txt"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_person_resolves_it_in_a_worktree(bool commits)
    {
        using TestRepository repository = TestRepository.CreateList();
        (string id, JsonObject decision) = await ConflictAsync(repository, "false", "true");
        var (_, body) = await Api.ResolveAsync((string)decision["decision_id"]!, "manual");
        string path = (string)body["worktree_path"]!;
        Assert.Equal("manual", (string)body["action"]!);
        await Api.WaitAsync(id, p => p["decisions"]!.AsArray().Count == 2);
        JsonNode second = OrchestraApi.Pending(await Api.ProjectAsync(id))!;
        Assert.Equal(path, (string)second["context"]!["worktree_path"]!);
        Assert.Contains("<<<<<<<", File.ReadAllText(Path.Combine(path, "list.txt")));

        // Not resolved yet: it says so and waits.
        await Api.ResolveAsync((string)second["decision_id"]!, "approve");
        await Api.WaitAsync(id, p => p["decisions"]!.AsArray().Count == 3);
        JsonNode third = OrchestraApi.Pending(await Api.ProjectAsync(id))!;
        Assert.Contains("Conflict markers are left in list.txt", (string)third["description"]!);

        TestRepository.WriteIn(path, "list.txt", "by hand\n");
        TestRepository.WriteIn(path, "more.txt", "more\n");
        if (commits)
            repository.CommitIn(path, "By hand");
        await Api.ResolveAsync((string)third["decision_id"]!, "approve");
        JsonObject project = await Api.WaitForEndAsync(id);
        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Contains(project["sessions"]!.AsArray(), s => (string)s!["merge_result"]! == "merged_resolved");
        Assert.Equal("by hand", repository.Git("show", "main:list.txt"));
        Assert.Equal("more", repository.Git("show", "main:more.txt"));
        Assert.False(Directory.Exists(path));
    }

    private async Task<(string Id, JsonObject Decision)> ConflictAsync(TestRepository repository, string fix, string build)
    {
        JsonObject launch = OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo left > list.txt"), OrchestraApi.Agent("echo right > list.txt"));
        launch["build_command"] = build;
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", fix) };
        string id = await Api.LaunchAsync(launch);
        return (id, await Api.WaitForDecisionAsync(id));
    }
}
