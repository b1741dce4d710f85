using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>What an agent left and must not be committed is told to people.</summary>
public sealed class LeftOutTests(HostFixture host) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task A_session_names_what_was_not_committed()
    {
        using var repository = TestRepository.CreateEmpty();
        repository.Write("list.txt", "base\n");
        repository.Commit("base");

        JsonObject project = await host.Api.WaitForEndAsync(await host.Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo KEY=1 > .env; echo x > x.txt; git init --quiet nested; echo y > nested/y"))));
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal([".env (looks like a secret)", "nested (nested repository)"], session["left_out"]!.AsArray().Select(l => (string)l!).Order());
        Assert.Equal(["x.txt"], session["files_changed"]!.AsArray().Select(f => (string)f!));
        JsonNode told = (await host.Api.GetAsync($"/api/events?project={project["id"]}&types=agent_completed")).Body["events"]![0]!;
        Assert.Equal(2, told["left_out"]!.AsArray().Count);

        // No ref can hold the nested repository, so its worktree is left to the person.
        string worktree = Path.Combine(host.DataFolder, "worktrees", (string)session["session_id"]!);
        Assert.Equal("y\n", File.ReadAllText(Path.Combine(worktree, "nested", "y")));
        Assert.Equal($"What is left: {worktree}: no ref can keep nested (nested repository).", (string)project["error_message"]!);
    }

    [Fact]
    public async Task What_was_not_committed_is_kept_when_the_rest_has_landed()
    {
        using var repository = TestRepository.CreateEmpty();
        repository.Write("list.txt", "base\n");
        repository.Commit("base");

        JsonObject project = await host.Api.WaitForEndAsync(await host.Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent("echo x > x.txt; echo KEY=1 > .env"),
            OrchestraApi.Agent("truncate -s 60M large.bin; echo end >> large.bin"),
            OrchestraApi.Agent("echo z > z.txt"))));
        JsonNode[] ended = [.. project["sessions"]!.AsArray().Select(s => s!).OrderBy(s => (string)s["task_description"]!, StringComparer.Ordinal)];
        string[] sessions = [.. ended.Select(s => (string)s["session_id"]!)];

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(["completed", "completed", "no_change"], ended.Select(s => (string)s["status"]!));
        Assert.Equal("list.txt\nx.txt\nz.txt", repository.Git("ls-tree", "--name-only", "main"));
        Assert.Equal("KEY=1", repository.Git("show", $"refs/orchestra/kept/{sessions[0]}:.env"));
        Assert.Equal("62914564", repository.Git("cat-file", "-s", $"refs/orchestra/kept/{sessions[2]}:large.bin"));
        Assert.Equal("", repository.Git("for-each-ref", $"refs/orchestra/kept/{sessions[1]}"));
        Assert.All(sessions, id => Assert.False(Directory.Exists(Path.Combine(host.DataFolder, "worktrees", id))));

        JsonNode found = (await host.Api.GetAsync($"/api/teams/{sessions[2]}/recover")).Body;
        Assert.Equal(repository.Git("rev-parse", $"refs/orchestra/kept/{sessions[2]}"), (string)found["commit"]!);
    }

    [Fact]
    public async Task What_was_not_committed_does_not_come_with_a_merge_after_the_branch_is_cleaned_away()
    {
        using TestRepository repository = TestRepository.CreateList();
        string start = repository.Git("rev-parse", "main");
        string project = await host.Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent("echo left > list.txt; echo KEY=1 > .env"),
            OrchestraApi.Agent("echo right > list.txt; echo KEY=1 > .env")));
        JsonObject decision = await host.Api.WaitForDecisionAsync(project);
        string id = (string)decision["context"]!["session_id"]!;
        await host.Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        await host.Api.WaitForEndAsync(project);
        await host.Api.PostAsync("/api/doctor/clean", "");
        Assert.Equal("", repository.Git("for-each-ref", $"refs/heads/team/{id}"));
        Assert.Equal("KEY=1", repository.Git("show", $"refs/orchestra/kept/{id}:.env"));
        JsonNode recovery = (await host.Api.GetAsync($"/api/teams/{id}/recover")).Body;
        Assert.Equal(".env (looks like a secret)", (string)recovery["left_out"]!.AsArray().Single()!);

        JsonNode diff = (await host.Api.GetAsync($"/api/teams/{id}/diff")).Body;
        Assert.Contains("list.txt", (string)diff["diff"]!);
        Assert.DoesNotContain("KEY=1", (string)diff["diff"]!);
        Assert.Equal(".env (looks like a secret)", (string)diff["left_out"]!.AsArray().Single()!);

        repository.Git("reset", "-q", "--hard", start);
        Assert.Equal(200, (int)(await host.Api.PostAsync($"/api/teams/{id}/merge", "")).Status);
        Assert.Equal("list.txt", repository.Git("ls-tree", "--name-only", "main"));
        Assert.NotEqual(repository.Git("rev-parse", $"{start}:list.txt"), repository.Git("rev-parse", "main:list.txt"));
    }
}
