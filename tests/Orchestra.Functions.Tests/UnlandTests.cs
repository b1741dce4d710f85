using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>A landing is taken back by a commit that passes the gates, and nothing else of the target is.</summary>
public sealed class UnlandTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task A_landing_is_undone_and_what_came_before_and_after_it_stays()
    {
        using TestRepository repository = TestRepository.CreateList();
        // The target moves while the agent works, so that the landing goes on from there.
        string go = Path.Combine(repository.Root, "go");
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent($"echo a > a.txt; until test -f '{go}'; do sleep 0.02; done"));
        launch["test_command"] = "test -f list.txt";
        string id = await Api.LaunchAsync(launch);
        await Api.WaitAsync(id, p => (string)p["phase"]! == "waiting");
        repository.Write("before.txt", "before\n");
        repository.Commit("before");
        File.WriteAllText(go, "");
        JsonObject landed = await Api.WaitForEndAsync(id);
        repository.Write("after.txt", "after\n");
        string after = repository.Commit("after");

        Assert.Equal(202, (int)(await Api.PostAsync($"/api/gm/projects/{id}/unland", "")).Status);
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Null(project["error_message"]);
        Assert.Equal((string)landed["landed_commit"]!, (string)project["landed_commit"]!);
        Assert.Equal(repository.Git("rev-parse", "main"), (string)project["unlanded_commit"]!);
        Assert.Equal(after, repository.Git("rev-parse", "main^"));
        Assert.Equal("after.txt\nbefore.txt\nlist.txt", repository.Git("ls-tree", "--name-only", "main"));
        Assert.Equal("", repository.Git("--no-optional-locks", "status", "--porcelain"));
        Assert.Equal((string)project["unlanded_commit"]!, (string)project["gates"]!.AsArray().Last()!["commit"]!);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/gm/projects/{id}/unland", "")).Status);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/gm/projects/{id}/retry", "")).Status);

        // What undid it comes first and is told as such; what a person did in between is not the project's.
        JsonArray commits = (await Api.GetAsync($"/api/gm/projects/{id}/commits")).Body["commits"]!.AsArray();
        Assert.Equal((string)project["unlanded_commit"]!, (string)commits[0]!["id"]!);
        Assert.Equal((string)project["landed_commit"]!, (string)commits[1]!["id"]!);
        Assert.Equal([true, .. commits.Skip(1).Select(_ => false)], commits.Select(c => (bool)c!["undoes"]!));
        Assert.DoesNotContain("after", commits.Select(c => (string)c!["subject"]!));
    }

    [Fact]
    public async Task A_failed_gate_leaves_the_landing_as_it_is_and_it_can_be_tried_again()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt"));
        launch["build_command"] = $"test -f a.txt || test -f '{Path.Combine(repository.Root, "fine")}'";
        string id = await Api.LaunchAsync(launch);
        await Api.WaitForEndAsync(id);
        string before = repository.Git("rev-parse", "main");

        await Api.PostAsync($"/api/gm/projects/{id}/unland", "");
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal("build_failure", (string)decision["decision_type"]!);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/gm/projects/{id}/unland", "")).Status);
        await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        JsonObject project = await Api.WaitForEndAsync(id);
        Assert.Equal("completed", (string)project["phase"]!);
        Assert.StartsWith("Not unlanded", (string)project["error_message"]!);
        Assert.Null(project["unlanded_commit"]);
        Assert.Equal(before, repository.Git("rev-parse", "main"));

        File.WriteAllText(Path.Combine(repository.Root, "fine"), "");
        await Api.PostAsync($"/api/gm/projects/{id}/unland", "");
        project = await Api.WaitForEndAsync(id);
        Assert.Equal("list.txt", repository.Git("ls-tree", "--name-only", "main"));
        Assert.Null(project["error_message"]);
    }

    [Fact]
    public async Task Later_changes_of_the_same_lines_are_a_conflict_that_names_the_file()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo changed > list.txt")));
        await Api.WaitForEndAsync(id);
        repository.Write("list.txt", "changed again\n");
        repository.Commit("mine");
        var answer = await Api.PostAsync($"/api/gm/projects/{id}/unland", "");
        Assert.Equal(409, (int)answer.Status);
        Assert.Contains("list.txt", (string)answer.Body["detail"]!);
        Assert.Equal("completed", (string)(await Api.ProjectAsync(id))["phase"]!);

        repository.Git("reset", "-q", "--hard", "HEAD~2");
        Assert.Contains("any more", (string)(await Api.PostAsync($"/api/gm/projects/{id}/unland", "")).Body["detail"]!);
    }

    [Theory]
    [InlineData("", 404, "id")]
    [InlineData("""{"force": true}""", 400, "force")]
    public async Task Bad_input_names_the_field(string body, int status, string field)
    {
        var answer = await Api.PostAsync("/api/gm/projects/20200101-000000-abcdef/unland", body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(field, (string)answer.Body["field"]!);
    }
}
