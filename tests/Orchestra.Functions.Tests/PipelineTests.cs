using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>The pipeline end to end: the real host, real repositories, real agents' processes.</summary>
public sealed class PipelineTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task Four_agents_of_which_two_conflict_land_together_when_the_conflict_is_approved()
    {
        using TestRepository repository = TestRepository.CreateList();
        DateTime before = File.GetLastWriteTimeUtc(Path.Combine(repository.Folder, ".git", "index"));
        JsonObject launch = OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent("echo a > a.txt"),
            OrchestraApi.Agent("echo b > b.txt"),
            OrchestraApi.Agent("echo left > list.txt"),
            OrchestraApi.Agent("echo right > list.txt"));
        launch["build_command"] = "test -f list.txt";
        launch["test_command"] = "! grep -rn '<<<<' list.txt";
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "printf 'left\\nright\\n' > list.txt") };
        string id = await Api.LaunchAsync(launch);

        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal("merge_conflict", (string)decision["decision_type"]!);
        Assert.Equal("list.txt", (string)decision["context"]!["conflicts"]![0]!["path"]!);
        Assert.Contains("<<<<<<<", (string)decision["context"]!["conflicts"]![0]!["hunks"]!);
        Assert.Equal("", repository.Git("--no-optional-locks", "status", "--porcelain"));
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(repository.Folder, ".git", "index")));

        await Api.ResolveAsync((string)decision["decision_id"]!, "approve");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(4, (int)project["merged_count"]!);
        Assert.Equal(
            ["merged", "merged", "merged", "merged_resolved"],
            project["sessions"]!.AsArray().Select(s => (string)s!["merge_result"]!).Order());
        Assert.Equal("left\nright\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));
        Assert.Equal("a", repository.Git("show", "main:a.txt"));
        Assert.Equal("4", repository.Git("rev-list", "--count", "--first-parent", "--merges", "main"));
        Assert.Equal((string)project["landed_commit"]!, repository.Git("rev-parse", "main").Trim());
        Assert.Equal("", repository.Git("--no-optional-locks", "status", "--porcelain"));
        Assert.All(project["gates"]!.AsArray(), g => Assert.True((bool)g!["success"]!));
        Assert.Single(repository.Git("worktree", "list", "--porcelain").Split('\n'), l => l.StartsWith("worktree ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rejected_conflict_skips_the_agent_and_keeps_its_work()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo left > list.txt"), OrchestraApi.Agent("echo right > list.txt")));
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(1, (int)project["merged_count"]!);
        string skipped = (string)project["sessions"]!.AsArray().Single(s => (string?)s!["merge_result"] == "skipped")!["session_id"]!;
        Assert.Equal("right", repository.Git("show", $"refs/orchestra/kept/{skipped}:list.txt"));
    }

    [Theory]
    [InlineData("build")]
    [InlineData("test")]
    public async Task A_failed_gate_is_mended_by_an_agent_when_approved(string kind)
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo broken > state.txt"));
        launch[$"{kind}_command"] = "cat state.txt; grep -q mended state.txt";
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "echo mended > state.txt") };
        string id = await Api.LaunchAsync(launch);

        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal($"{kind}_failure", (string)decision["decision_type"]!);
        Assert.Contains("broken", (string)decision["context"]!["output_tail"]!);
        await Api.ResolveAsync((string)decision["decision_id"]!, "approve");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("mended", repository.Git("show", "main:state.txt"));
        Assert.True((int)project[$"{kind}_attempts"]! >= 2);
    }

    [Fact]
    public async Task A_rejected_build_failure_fails_the_pipeline_and_lands_nothing()
    {
        using TestRepository repository = TestRepository.CreateList();
        string before = repository.Git("rev-parse", "main");
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["build_command"] = "exit 3";
        string id = await Api.LaunchAsync(launch);
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal(3, (int)decision["context"]!["exit_code"]!);
        await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("failed", (string)project["phase"]!);
        Assert.Equal(before, repository.Git("rev-parse", "main"));
        string session = (string)project["sessions"]![0]!["session_id"]!;
        Assert.Equal("x", repository.Git("show", $"refs/orchestra/kept/{session}:x.txt"));
    }

    [Fact]
    public async Task Each_end_of_an_agent_is_told_apart_and_the_rest_lands()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent("echo good > good.txt"),
            OrchestraApi.Agent("true"),
            OrchestraApi.Agent("echo half > half.txt; exit 7"),
            OrchestraApi.Agent("echo slow > slow.txt; exec sleep 1000", timeoutSeconds: 1)));
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(
            ["completed", "failed", "no_change", "timed_out"],
            project["sessions"]!.AsArray().Select(s => (string)s!["status"]!).Order());
        Assert.Equal(1, (int)project["merged_count"]!);
        Assert.Equal("good.txt\nlist.txt", repository.Git("ls-tree", "--name-only", "main"));
        string failed = (string)project["sessions"]!.AsArray().Single(s => (string)s!["status"]! == "failed")!["session_id"]!;
        Assert.Equal("half", repository.Git("show", $"refs/orchestra/kept/{failed}:half.txt"));
    }

    [Fact]
    public async Task A_project_of_which_no_agent_completed_says_why_each_reason_once()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject several = await Api.WaitForEndAsync(await Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("exit 7"), OrchestraApi.Agent("exit 7 # too"), OrchestraApi.Agent("exec sleep 1000", timeoutSeconds: 1))));
        JsonObject one = await Api.WaitForEndAsync(await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("exit 7"))));

        Assert.Equal("failed", (string)several["phase"]!);
        string why = (string)several["error_message"]!;
        Assert.StartsWith("None of its 3 agents completed: ", why);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(why, "exit code 7"));
        Assert.Equal(2, why[why.IndexOf(':')..].Split("; ").Length);
        Assert.Equal("Its agent did not complete: exit code 7", (string)one["error_message"]!);
    }

    [Fact]
    public async Task Cancel_ends_running_agents_and_keeps_their_work()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo begun > begun.txt; echo begun; exec sleep 1000")));
        await Api.WaitAsync(id, p => p["sessions"]!.AsArray().Any(s => (string?)s!["last_line"] == "begun"));
        await Api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("cancelled", (string)project["phase"]!);
        Assert.Equal("cancelled", (string)project["sessions"]![0]!["status"]!);
        string session = (string)project["sessions"]![0]!["session_id"]!;
        Assert.Equal("begun", repository.Git("show", $"refs/orchestra/kept/{session}:begun.txt"));
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/gm/projects/{id}/cancel", "")).Status);
    }

    [Fact]
    public async Task Cancel_closes_a_pending_decision()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo left > list.txt"), OrchestraApi.Agent("echo right > list.txt")));
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        await Api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("cancelled", (string)project["phase"]!);
        Assert.Equal("closed", (string)project["decisions"]![0]!["status"]!);
        Assert.Equal(409, (int)(await Api.ResolveAsync((string)decision["decision_id"]!, "approve")).Status);
    }

    [Fact]
    public async Task What_a_person_commits_meanwhile_is_merged_in_and_verified_again()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt; until test -f ../../go; do sleep 0.02; done"));
        launch["test_command"] = "true";
        string id = await Api.LaunchAsync(launch);
        await Api.WaitAsync(id, p => (string)p["phase"]! == "waiting");
        repository.Write("mine.txt", "mine\n");
        repository.Commit("mine");
        File.WriteAllText(Path.Combine(host.DataFolder, "go"), "");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("mine", repository.Git("show", "main:mine.txt"));
        Assert.Equal("a", repository.Git("show", "main:a.txt"));
        Assert.Equal((string)project["landed_commit"]!, (string)project["gates"]!.AsArray().Last()!["commit"]!);
    }

    [Fact]
    public async Task Local_changes_in_the_checkout_block_landing_until_they_are_gone()
    {
        using TestRepository repository = TestRepository.CreateList();
        repository.Write("list.txt", "my unsaved work\n");
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo changed > list.txt")));
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal("landing_blocked", (string)decision["decision_type"]!);
        Assert.Contains("list.txt", (string)decision["description"]!);
        Assert.Equal("my unsaved work\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));

        repository.Git("checkout", "--", "list.txt");
        await Api.ResolveAsync((string)decision["decision_id"]!, "approve");
        Assert.Equal("completed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("changed\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));
    }

    [Fact]
    public async Task Launches_at_once_on_one_repository_all_land()
    {
        using TestRepository repository = TestRepository.CreateList();
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent($"echo {i} > p{i}.txt")))));
        foreach (string id in ids)
            Assert.Equal("completed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("list.txt\np0.txt\np1.txt\np2.txt\np3.txt", repository.Git("ls-tree", "--name-only", "main"));
    }

    [Fact]
    public async Task Of_many_answers_to_one_decision_one_wins()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["build_command"] = "false";
        string id = await Api.LaunchAsync(launch);
        string decision = (string)(await Api.WaitForDecisionAsync(id))["decision_id"]!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Api.ResolveAsync(decision, "reject")));

        Assert.Single(answers, a => (int)a.Status == 200);
        Assert.Equal(49, answers.Count(a => (int)a.Status == 409));
        await Api.WaitForEndAsync(id);
    }
}
