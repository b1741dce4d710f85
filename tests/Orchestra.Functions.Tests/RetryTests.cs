using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Retry goes on where a project ended, in a new orchestration instance, and runs no agent again.</summary>
public sealed class RetryTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task A_failed_build_is_retried_with_another_command_and_the_rest_is_merged()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await FailAsync(repository, OrchestraApi.Agent("echo a > a.txt"), OrchestraApi.Agent("echo b > b.txt"));
        JsonObject failed = await Api.ProjectAsync(id);
        Assert.Equal("building", (string)failed["failed_phase"]!);
        Assert.Equal(1, (int)failed["merged_count"]!);
        Assert.Equal(id, (string)failed["instance_id"]!);

        Assert.Equal(202, (int)(await Api.PostAsync($"/api/gm/projects/{id}/retry", """{"build_command": "test -f a.txt"}""")).Status);
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Null(project["failed_phase"]);
        Assert.Equal(1, (int)project["retries"]!);
        Assert.Equal($"{id}-retry-1", (string)project["instance_id"]!);
        Assert.Equal(2, (int)project["merged_count"]!);
        Assert.Equal([0, 1], project["sessions"]!.AsArray().Select(s => (int)s!["merge_order_index"]!).Order());
        Assert.Equal(2, project["merge_order"]!.AsArray().Count);
        Assert.Equal("a.txt\nb.txt\nlist.txt", repository.Git("ls-tree", "--name-only", "main"));
        Assert.Equal("2", repository.Git("rev-list", "--count", "--merges", "main"));
        Assert.Equal((string)project["landed_commit"]!, (string)project["gates"]!.AsArray().Last()!["commit"]!);
    }

    [Fact]
    public async Task Agents_and_branches_are_added_and_another_client_mends()
    {
        using TestRepository repository = TestRepository.CreateList();
        repository.Branch("mine", "main", ("mine.txt", "mine\n"));
        string id = await FailAsync(repository, OrchestraApi.Agent("echo a > a.txt"));
        var body = new JsonObject
        {
            ["build_command"] = "test -f list.txt",
            ["branches"] = new JsonArray("mine"),
            ["agents"] = new JsonArray(OrchestraApi.Agent("echo b > b.txt")),
            ["client_mode"] = "command",
        };
        Assert.Equal(202, (int)(await Api.PostAsync($"/api/gm/projects/{id}/retry", body.ToJsonString())).Status);
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(3, (int)project["agent_count"]!);
        Assert.Equal(3, (int)project["merged_count"]!);
        Assert.Equal("a.txt\nb.txt\nlist.txt\nmine.txt", repository.Git("ls-tree", "--name-only", "main"));
        Assert.Equal(["merged", "merged", "merged"], project["sessions"]!.AsArray().Select(s => (string)s!["merge_result"]!));
    }

    [Fact]
    public async Task An_added_agent_saves_a_project_whose_agents_all_failed()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("exit 1")));
        Assert.Equal("failed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        var nothing = await Api.PostAsync($"/api/gm/projects/{id}/retry", "");
        Assert.Equal(409, (int)nothing.Status);
        Assert.Contains("nothing to merge", (string)nothing.Body["detail"]!);
        var body = new JsonObject { ["agents"] = new JsonArray(OrchestraApi.Agent("echo b > b.txt")) };
        await Api.PostAsync($"/api/gm/projects/{id}/retry", body.ToJsonString());
        JsonObject project = await Api.WaitForEndAsync(id);
        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("b", repository.Git("show", "main:b.txt"));
    }

    [Theory]
    [InlineData("""{"branches": ["nowhere"]}""", 422, "branches")]
    [InlineData("""{"branches": ["main"]}""", 409, "branches")]
    [InlineData("""{"branches": ["orphan"]}""", 422, "branches")]
    [InlineData("""{"branches": "main"}""", 422, "branches")]
    [InlineData("""{"client_mode": "unknown"}""", 422, "client_mode")]
    [InlineData("""{"agents": [{"team": "feature-dev"}]}""", 422, "agents[0].task")]
    [InlineData("""{"agent": []}""", 400, "agent")]
    public async Task Bad_input_of_a_retry_names_the_field(string body, int status, string field)
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await FailAsync(repository, OrchestraApi.Agent("echo a > a.txt"));
        repository.Git("branch", "orphan", repository.Git("commit-tree", "-m", "orphan", "main^{tree}"));
        string refs = repository.Refs();
        var answer = await Api.PostAsync($"/api/gm/projects/{id}/retry", body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(field, (string)answer.Body["field"]!);
        Assert.Equal(refs, repository.Refs());
        Assert.Equal("failed", (string)(await Api.ProjectAsync(id))["phase"]!);
    }

    [Fact]
    public async Task Decisions_and_cancel_reach_the_instance_of_the_retry()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await FailAsync(repository, OrchestraApi.Agent("echo a > a.txt"));
        for (int retry = 1; retry <= 2; retry++)
        {
            await Api.PostAsync($"/api/gm/projects/{id}/retry", "");
            JsonObject decision = await Api.WaitForDecisionAsync(id);
            Assert.Equal("build_failure", (string)decision["decision_type"]!);
            if (retry == 1)
                await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
            else
                await Api.PostAsync($"/api/gm/projects/{id}/cancel", "");
            Assert.Equal(retry == 1 ? "failed" : "cancelled", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        }

        // The mark of the cancel must not end what the retry after it runs.
        await Api.PostAsync($"/api/gm/projects/{id}/retry", """{"build_command": "true"}""");
        JsonObject project = await Api.WaitForEndAsync(id);
        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(3, (int)project["retries"]!);
    }

    [Fact]
    public async Task What_a_person_commits_on_the_integration_branch_is_taken_up_and_verified()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await FailAsync(repository, OrchestraApi.Agent("echo a > a.txt"));
        repository.Git("checkout", "-q", $"orchestra/{id}");
        repository.Write("mended.txt", "mended\n");
        repository.Commit("mend the build");
        repository.Git("checkout", "-q", "main");

        await Api.PostAsync($"/api/gm/projects/{id}/retry", """{"build_command": "test -f mended.txt"}""");
        Assert.Equal("completed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("mended", repository.Git("show", "main:mended.txt"));
    }

    [Fact]
    public async Task An_integration_branch_that_lost_the_merges_is_refused_and_left_alone()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await FailAsync(repository, OrchestraApi.Agent("echo a > a.txt"));
        repository.Git("branch", "-f", $"orchestra/{id}", "main");
        await Api.PostAsync($"/api/gm/projects/{id}/retry", "");
        JsonObject project = await Api.WaitForEndAsync(id);
        Assert.Equal("failed", (string)project["phase"]!);
        Assert.Contains("git branch -f", (string)project["error_message"]!);
        Assert.Equal(repository.Git("rev-parse", "main"), repository.Git("rev-parse", $"orchestra/{id}"));
    }

    [Fact]
    public async Task A_rejected_landing_is_landed_by_a_retry_without_another_merge()
    {
        using TestRepository repository = TestRepository.CreateList();
        repository.Write("list.txt", "unsaved\n");
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo changed > list.txt")));
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        JsonObject failed = await Api.WaitForEndAsync(id);
        Assert.Equal("landing", (string)failed["failed_phase"]!);

        repository.Git("checkout", "--", "list.txt");
        await Api.PostAsync($"/api/gm/projects/{id}/retry", "");
        JsonObject project = await Api.WaitForEndAsync(id);
        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal((string)failed["integration_commit"]!, (string)project["landed_commit"]!);
        Assert.Equal("changed\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));
    }

    [Fact]
    public async Task A_project_with_nothing_to_merge_says_so()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("exit 1")));
        await Api.WaitForEndAsync(id);
        var answer = await Api.PostAsync($"/api/gm/projects/{id}/retry", "");
        Assert.Equal(409, (int)answer.Status);
        Assert.Contains("nothing to merge", (string)answer.Body["detail"]!);
        Assert.Equal("failed", (string)(await Api.ProjectAsync(id))["phase"]!);
    }

    [Fact]
    public async Task Only_an_ended_project_is_retried_and_only_once_at_a_time()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt"));
        launch["build_command"] = "false";
        string id = await Api.LaunchAsync(launch);
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/gm/projects/{id}/retry", "")).Status);
        await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        await Api.WaitForEndAsync(id);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Api.PostAsync($"/api/gm/projects/{id}/retry", "")));
        Assert.Single(answers, a => (int)a.Status == 202);
        Assert.Equal(9, answers.Count(a => (int)a.Status == 409));
        await Api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        await Api.WaitForEndAsync(id);
        await Api.PostAsync($"/api/gm/projects/{id}/retry", """{"build_command": ""}""");
        Assert.Equal("completed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/gm/projects/{id}/retry", "")).Status);
    }

    [Theory]
    [InlineData("""{"build_command": 1}""", 400, "build_command")]
    [InlineData("""{"team": "x"}""", 400, "team")]
    [InlineData("[]", 400, "body")]
    [InlineData("", 404, "id")]
    public async Task Bad_input_names_the_field(string body, int status, string field)
    {
        var answer = await Api.PostAsync("/api/gm/projects/20260101-000000-abcdef/retry", body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(field, (string)answer.Body["field"]!);
    }

    private async Task<string> FailAsync(TestRepository repository, params JsonObject[] agents)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, agents);
        launch["build_command"] = "exit 3";
        string id = await Api.LaunchAsync(launch);
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        Assert.Equal("failed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        return id;
    }
}
