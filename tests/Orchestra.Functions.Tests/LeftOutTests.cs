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
}
