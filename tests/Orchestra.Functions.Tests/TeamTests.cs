using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Single sessions under <c>/api/teams</c>: launched, looked at, merged, discarded, cancelled.</summary>
public sealed class TeamTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task A_session_is_launched_shown_and_merged()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launched = await LaunchAsync(repository, "echo a > a.txt; echo said");
        string id = (string)launched["session_id"]!;
        Assert.Equal($"team/{id}", (string)launched["branch_name"]!);
        JsonObject session = await EndOfAsync(id);

        Assert.Equal("completed", (string)session["status"]!);
        Assert.Equal($"team/{id}", (string)session["branch_name"]!);
        Assert.Equal((string)launched["worktree_path"]!, (string)session["worktree_path"]!);
        Assert.Equal("a.txt", (string)session["files_changed"]![0]!);
        Assert.Equal(1, (int)session["teammate_count"]!);
        Assert.Equal(1, (int)session["success_count"]!);
        JsonNode task = Assert.Single(session["tasks"]!.AsArray())!;
        Assert.Equal("implementer", (string)task["teammate"]!);
        Assert.Contains("said", (string)task["output"]!);
        Assert.Single((await Api.GetAsync($"/api/teams/{id}/tasks")).Body.AsArray());
        Assert.Equal("list.txt", repository.Git("ls-tree", "--name-only", "main"));

        var merged = await Api.PostAsync($"/api/teams/{id}/merge", "");
        Assert.Equal(200, (int)merged.Status);
        Assert.Equal((string)merged.Body["merge_commit"]!, repository.Git("rev-parse", "main"));
        Assert.Equal("a", repository.Git("show", "main:a.txt"));
        Assert.Equal("", repository.Git("--no-optional-locks", "status", "--porcelain"));
        Assert.False(Directory.Exists((string)session["worktree_path"]!));
        Assert.Equal("merged", (string)(await EndOfAsync(id))["merge_result"]!);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/teams/{id}/merge", "")).Status);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/teams/{id}/discard", "")).Status);
        Assert.Contains("+a", (string)(await Api.GetAsync($"/api/teams/{id}/diff")).Body["diff"]!);
    }

    [Fact]
    public async Task What_is_not_committed_for_an_agent_is_told_with_the_reason()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = (string)(await LaunchAsync(repository, "echo a > a.txt; echo KEY=1 > .env; git init -q nested; echo x > nested/x"))["session_id"]!;
        JsonNode session = await EndOfAsync(id);

        Assert.Equal("completed", (string)session["status"]!);
        Assert.Equal(["a.txt"], session["files_changed"]!.AsArray().Select(f => (string)f!));
        Assert.Equal([".env (looks like a secret)", "nested (nested repository)"], session["left_out"]!.AsArray().Select(f => (string)f!).Order());
    }

    [Fact]
    public async Task The_diff_has_committed_uncommitted_and_new_files_and_is_bounded()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = (string)(await LaunchAsync(
            repository, "echo one > list.txt; git -c user.name=a -c user.email=a@b commit -qam mine; echo two > new.txt; until test -f ../../../seen; do sleep 0.02; done".Replace("../../../seen", Path.Combine(repository.Root, "seen"))))["session_id"]!;
        JsonNode diff = null!;
        await Eventually.TrueAsync(
            async () => (diff = (await Api.GetAsync($"/api/teams/{id}/diff")).Body)["diff"] is { } text && ((string)text!).Contains("+two"),
            () => diff.ToJsonString());
        Assert.Contains("+one", (string)diff["diff"]!);
        Assert.Contains("new.txt", (string)diff["stat"]!);
        Assert.Equal(repository.Git("rev-parse", "main"), (string)diff["base_commit"]!);
        Assert.False((bool)diff["truncated"]!);
        // Neither merged nor discarded from under a running agent.
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/teams/{id}/merge", "")).Status);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/teams/{id}/discard", "")).Status);
        File.WriteAllText(Path.Combine(repository.Root, "seen"), "");
        JsonObject session = await EndOfAsync(id);

        // What a person adds afterwards is shown and merged, too.
        File.WriteAllText(Path.Combine((string)session["worktree_path"]!, "big.txt"), string.Concat(Enumerable.Repeat("a line of text\n", 100_000)));
        diff = (await Api.GetAsync($"/api/teams/{id}/diff")).Body;
        Assert.True((bool)diff["truncated"]!);
        Assert.InRange(((string)diff["diff"]!).Length, 1_000_000, 1_100_000);
        Assert.EndsWith("more bytes]\n", (string)diff["diff"]!);
        Assert.Equal(200, (int)(await Api.PostAsync($"/api/teams/{id}/merge", "")).Status);
        Assert.Equal("big.txt\nlist.txt\nnew.txt", repository.Git("ls-tree", "--name-only", "main"));
    }

    [Fact]
    public async Task A_conflicting_merge_names_the_files_and_changes_nothing()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = (string)(await LaunchAsync(repository, "echo theirs > list.txt"))["session_id"]!;
        await EndOfAsync(id);
        repository.Write("list.txt", "mine\n");
        repository.Commit("mine");
        string before = repository.Git("rev-parse", "main");

        var answer = await Api.PostAsync($"/api/teams/{id}/merge", "");
        Assert.Equal(409, (int)answer.Status);
        Assert.Contains("list.txt", (string)answer.Body["detail"]!);
        Assert.Equal(before, repository.Git("rev-parse", "main"));
        Assert.Equal("mine\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));
        Assert.Equal("", repository.Git("--no-optional-locks", "status", "--porcelain"));
    }

    [Fact]
    public async Task Local_changes_in_the_way_refuse_a_merge_that_works_later()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = (string)(await LaunchAsync(repository, "echo theirs > list.txt"))["session_id"]!;
        await EndOfAsync(id);
        repository.Write("list.txt", "unsaved\n");
        var answer = await Api.PostAsync($"/api/teams/{id}/merge", "");
        Assert.Equal(409, (int)answer.Status);
        Assert.Contains("list.txt", (string)answer.Body["detail"]!);
        Assert.Equal("unsaved\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));
        repository.Git("checkout", "--", "list.txt");
        Assert.Equal(200, (int)(await Api.PostAsync($"/api/teams/{id}/merge", "")).Status);
        Assert.Equal("theirs", repository.Git("show", "main:list.txt"));
    }

    [Fact]
    public async Task A_discarded_session_is_kept_under_its_ref()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launched = await LaunchAsync(repository, "echo a > a.txt");
        string id = (string)launched["session_id"]!;
        await EndOfAsync(id);
        File.WriteAllText(Path.Combine((string)launched["worktree_path"]!, ".env"), "SECRET=1\n");

        var answer = await Api.PostAsync($"/api/teams/{id}/discard", "");
        Assert.Equal(200, (int)answer.Status);
        Assert.Equal($"refs/orchestra/kept/{id}", (string)answer.Body["kept_ref"]!);
        Assert.Equal(".env\na.txt\nlist.txt", repository.Git("ls-tree", "--name-only", (string)answer.Body["kept_ref"]!));
        Assert.Equal("", repository.Git("branch", "--list", "team/*"));
        Assert.False(Directory.Exists((string)launched["worktree_path"]!));
        Assert.Equal("discarded", (string)(await EndOfAsync(id))["merge_result"]!);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/teams/{id}/discard", "")).Status);
        Assert.Contains("a.txt", (string)(await Api.GetAsync($"/api/teams/{id}/diff")).Body["stat"]!);
    }

    [Theory]
    [InlineData("merge")]
    [InlineData("discard")]
    public async Task The_worktree_stays_when_a_repository_is_in_it_that_no_ref_can_keep(string way)
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launched = await LaunchAsync(repository, "echo a > a.txt; git init -q nested; echo x > nested/x");
        string id = (string)launched["session_id"]!;
        await EndOfAsync(id);

        var answer = await Api.PostAsync($"/api/teams/{id}/{way}", "");
        Assert.Equal(200, (int)answer.Status);
        Assert.Equal("no ref can keep nested (nested repository)", (string)answer.Body["worktree_stays"]!);
        Assert.Equal("x\n", File.ReadAllText(Path.Combine((string)launched["worktree_path"]!, "nested", "x")));
    }

    [Fact]
    public async Task A_running_session_is_cancelled_and_its_work_stays()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launched = await LaunchAsync(repository, "echo begun > begun.txt; echo begun; exec sleep 1000");
        string id = (string)launched["session_id"]!;
        await SessionAsync(id, s => (string?)s["last_line"] == "begun");
        Assert.Equal(200, (int)(await Api.PostAsync($"/api/teams/{id}/cancel", "")).Status);
        Assert.Equal("cancelled", (string)(await EndOfAsync(id))["status"]!);
        Assert.Equal("begun", repository.Git("show", $"team/{id}:begun.txt"));
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/teams/{id}/cancel", "")).Status);
    }

    [Fact]
    public async Task Sessions_of_projects_are_listed_and_a_skipped_one_can_be_merged_afterwards()
    {
        using TestRepository repository = TestRepository.CreateList();
        string project = await Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo left > list.txt"), OrchestraApi.Agent("echo right > list.txt; echo r > r.txt")));
        JsonObject decision = await Api.WaitForDecisionAsync(project);
        string id = (string)decision["context"]!["session_id"]!;
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/teams/{id}/merge", "")).Status);
        await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        JsonObject ended = await Api.WaitForEndAsync(project);
        string landed = (string)ended["sessions"]!.AsArray().Single(s => (string?)s!["merge_result"] == "merged")!["session_id"]!;
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/teams/{landed}/discard", "")).Status);

        JsonNode list = (await Api.GetAsync("/api/teams?limit=100")).Body;
        Assert.Equal((int)list["total"]!, list["sessions"]!.AsArray().Count);
        Assert.Contains(list["sessions"]!.AsArray(), s => (string)s!["session_id"]! == id && (string?)s["project_id"] == project && (string?)s["merge_result"] == "skipped");

        repository.Write("list.txt", "base\n");
        repository.Commit("make room");
        repository.Git("reset", "-q", "--hard", "HEAD~2");
        Assert.Equal(200, (int)(await Api.PostAsync($"/api/teams/{id}/merge", "")).Status);
        Assert.Equal("r", repository.Git("show", "main:r.txt"));
    }

    [Fact]
    public async Task Templates_name_the_teams()
    {
        JsonArray teams = (await Api.GetAsync("/api/teams/templates")).Body.AsArray();
        Assert.Equal(["feature-dev", "hold"], teams.Select(t => (string)t!["name"]!));
        JsonNode team = teams[0]!;
        Assert.Equal(1, (int)team["teammate_count"]!);
        Assert.Equal("implementer", (string)team["teammates"]![0]!);
    }

    [Theory]
    [InlineData("""{"team_name":"nobody","task_description":"t"}""", 422, "team_name")]
    [InlineData("""{"team_name":"feature-dev"}""", 422, "task_description")]
    [InlineData("""{"team_name":"feature-dev","task_description":"t","repo_path":"relative"}""", 422, "repo_path")]
    [InlineData("""{"team_name":"feature-dev","task_description":"t","repo":"x"}""", 400, "repo")]
    [InlineData("", 400, "body")]
    public async Task A_bad_launch_names_the_field(string body, int status, string field)
    {
        var answer = await Api.PostAsync("/api/teams/launch", body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(field, (string)answer.Body["field"]!);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/tasks")]
    [InlineData("GET", "/diff")]
    [InlineData("POST", "/merge")]
    [InlineData("POST", "/discard")]
    [InlineData("POST", "/cancel")]
    public async Task Unknown_sessions_are_404(string method, string action)
    {
        foreach (string id in new[] { "20260101-000000-abcdef", "nope" })
        {
            int status = method == "GET"
                ? (int)(await Api.GetAsync($"/api/teams/{id}{action}")).Status
                : (int)(await Api.PostAsync($"/api/teams/{id}{action}", "")).Status;
            Assert.Equal(404, status);
        }
    }

    private async Task<JsonObject> LaunchAsync(TestRepository repository, string script)
    {
        var launch = new JsonObject
        {
            ["team_name"] = "feature-dev",
            ["task_description"] = "A task",
            ["repo_path"] = repository.Folder,
            ["command"] = OrchestraApi.Agent(script)["command"]!.DeepClone(),
        };
        var answer = await Api.PostAsync("/api/teams/launch", launch.ToJsonString());
        Assert.True((int)answer.Status == 202, answer.Body.ToJsonString());
        return answer.Body;
    }

    private Task<JsonObject> EndOfAsync(string id) => SessionAsync(id, s => s["completed_at"] is not null);

    private async Task<JsonObject> SessionAsync(string id, Func<JsonObject, bool> condition)
    {
        JsonObject session = [];
        await Eventually.TrueAsync(
            async () => condition(session = (JsonObject)(await Api.GetAsync($"/api/teams/{id}")).Body),
            () => session.ToJsonString());
        return session;
    }
}
