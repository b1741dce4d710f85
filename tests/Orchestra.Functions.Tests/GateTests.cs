using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>When a gate's failure counts, and when a gate need not run.</summary>
public sealed class GateTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task A_failure_by_chance_is_recorded_and_asks_nobody()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["test_command"] = "test -f .git-seen || { touch .git-seen; exit 1; }; rm .git-seen";
        repository.Commit("ignore", (".gitignore", ".git-seen\n"));
        JsonObject project = await Api.WaitForEndAsync(await Api.LaunchAsync(launch));

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Empty(project["decisions"]!.AsArray());
        Assert.Equal([(false, 1), (true, 2)], project["gates"]!.AsArray().Select(g => ((bool)g!["success"]!, (int)g["attempt"]!)));
    }

    [Fact]
    public async Task A_branch_whose_gates_fail_can_be_left_out()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = Launch(repository, "each", "! test -e b.txt", "a", "b", "c");
        string id = await Api.LaunchAsync(launch);
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal(["approve", "skip", "reject"], decision["answers"]!.AsArray().Select(a => (string)a!));
        await Api.ResolveAsync((string)decision["decision_id"]!, "skip");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(2, (int)project["merged_count"]!);
        JsonNode skipped = project["sessions"]!.AsArray().Single(s => (string?)s!["merge_result"] == "skipped")!;
        Assert.Equal((string)decision["context"]!["session_id"]!, (string)skipped["session_id"]!);
        Assert.Equal("b", repository.Git("show", $"refs/orchestra/kept/{(string)skipped["session_id"]!}:b.txt"));
        Assert.Equal("a.txt\nc.txt", Added(repository));
        Assert.DoesNotContain("Merge feature-dev: Task of echo b > b.txt", repository.Log("main"));
        Assert.Equal((string)project["landed_commit"]!, (string)project["gates"]!.AsArray().Last()!["commit"]!);
    }

    [Fact]
    public async Task A_batch_that_passes_runs_the_gates_once()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject project = await Api.WaitForEndAsync(await Api.LaunchAsync(Launch(repository, "batch", "true", "a", "b", "c", "d")));
        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("a.txt\nb.txt\nc.txt\nd.txt", Added(repository));
        Assert.Single(project["gates"]!.AsArray());
        Assert.Equal([0, 1, 2, 3], project["sessions"]!.AsArray().Select(s => (int)s!["merge_order_index"]!).Order());
        Assert.Equal("4", repository.Git("rev-list", "--count", "--merges", "main"));
    }

    [Theory]
    [InlineData("! test -e c.txt", "c")]
    [InlineData("! test -e a.txt", "a")]
    [InlineData("! test -e b.txt && ! test -e e.txt", "b e")]
    [InlineData("! test -e b.txt || ! test -e d.txt", "d")]
    public async Task A_batch_that_fails_is_bisected_and_the_others_stay(string test, string culprits)
    {
        using TestRepository repository = TestRepository.Create();
        string id = await Api.LaunchAsync(Launch(repository, "batch", test, "a", "b", "c", "d", "e"));
        foreach (string culprit in culprits.Split(' '))
        {
            JsonObject decision = await Api.WaitForDecisionAsync(id);
            Assert.Equal("test_failure", (string)decision["decision_type"]!);
            JsonObject now = await Api.ProjectAsync(id);
            string blamed = (string)now["sessions"]!.AsArray().Single(s => (string)s!["session_id"]! == (string)decision["context"]!["session_id"]!)!["files_changed"]![0]!;
            Assert.Equal($"{culprit}.txt", blamed);
            await Api.ResolveAsync((string)decision["decision_id"]!, "skip");
            await Api.WaitAsync(id, p => OrchestraApi.Pending(p) is { } d && (string)d["decision_id"]! != (string)decision["decision_id"]! || p["completed_at"] is not null);
        }

        JsonObject project = await Api.WaitForEndAsync(id);
        Assert.Equal("completed", (string)project["phase"]!);
        string[] kept = [.. "abcde".Select(c => c.ToString()).Except(culprits.Split(' '))];
        Assert.Equal(string.Join('\n', kept.Select(c => $"{c}.txt")), Added(repository));
        Assert.Equal(kept.Length, (int)project["merged_count"]!);
        Assert.Equal(kept.Length, int.Parse(repository.Git("rev-list", "--count", "--merges", "main")));
        Assert.Contains(project["gates"]!.AsArray(), g => (bool)g!["success"]! && (string)g["commit"]! == (string)project["landed_commit"]!);
    }

    [Fact]
    public async Task What_failed_before_is_blamed_on_nobody()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = Launch(repository, "batch", "test -e mended", "a", "b", "c");
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "touch mended") };
        string id = await Api.LaunchAsync(launch);
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal(["approve", "reject"], decision["answers"]!.AsArray().Select(a => (string)a!));
        await Api.ResolveAsync((string)decision["decision_id"]!, "approve");
        Assert.Equal(3, (int)(await Api.WaitForEndAsync(id))["merged_count"]!);
        Assert.Equal("a.txt\nb.txt\nc.txt\nmended", Added(repository));
    }

    [Fact]
    public async Task Another_mode_is_refused()
    {
        using TestRepository repository = TestRepository.Create();
        var answer = await Api.PostAsync("/api/gm/launch", Launch(repository, "sometimes", "true", "a").ToJsonString());
        Assert.Equal(422, (int)answer.Status);
        Assert.Equal("gates", (string)answer.Body["field"]!);
    }

    [Fact]
    public async Task What_passed_on_the_same_files_is_not_run_again()
    {
        using TestRepository repository = TestRepository.Create();
        string count = Path.Combine(host.DataFolder, $"count-{Guid.NewGuid():N}");
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["build_command"] = "true";
        launch["test_command"] = $"echo run >> {count}";
        foreach (bool again in (bool[])[false, true])
        {
            JsonObject project = await Api.WaitForEndAsync(await Api.LaunchAsync(launch));
            Assert.Equal("completed", (string)project["phase"]!);
            Assert.All(project["gates"]!.AsArray(), g => Assert.Equal(again, (bool)g!["reused"]!));
            Assert.Equal("run\n", File.ReadAllText(count));
            repository.Git("reset", "--quiet", "--hard", "HEAD^");
        }
    }

    [Fact]
    public async Task What_a_gate_left_in_its_worktree_is_there_until_the_project_ends()
    {
        using var repository = TestRepository.CreateList();
        repository.Commit("ignore", (".gitignore", "warm\n"));
        string runs = Path.Combine(host.DataFolder, $"runs-{Guid.NewGuid():N}");
        JsonObject launch = OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo left > list.txt"), OrchestraApi.Agent("echo right > list.txt"));
        launch["test_command"] = $"if test -e warm; then echo warm; else echo cold; fi >> {runs}; touch warm; test -e mended";
        launch["fix_command"] = Script("if grep -q '<<<<' list.txt; then echo both > list.txt; else touch mended; fi");
        string id = await Api.LaunchAsync(launch);
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal("test_failure", (string)decision["decision_type"]!);
        decision = await NextAsync(id, decision, "approve");
        Assert.Equal("merge_conflict", (string)decision["decision_type"]!);
        await Api.ResolveAsync((string)decision["decision_id"]!, "approve");

        Assert.Equal("completed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        string[] before = File.ReadAllLines(runs);
        Assert.Equal("cold", before[0]);
        Assert.All(before[1..], run => Assert.Equal("warm", run));
        Assert.True(before.Length >= 3);
        Assert.False(Directory.Exists(Path.Combine(host.DataFolder, "worktrees", $"{id}-gates")));
    }

    [Theory]
    [InlineData("exit 7", "exit code 7")]
    [InlineData("true", "The agent changed nothing.")]
    [InlineData("echo KEY=1 > .env", "The agent changed nothing that can be committed; left out: .env (looks like a secret).")]
    public async Task Why_a_fix_was_not_accepted_is_told_to_the_next_agent_and_to_the_person(string script, string reason)
    {
        using TestRepository repository = TestRepository.Create();
        string prompts = Path.Combine(host.DataFolder, $"prompts-{Guid.NewGuid():N}");
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["test_command"] = "test -e mended";
        launch["fix_command"] = Script($"cat >> {prompts}; {script}");
        string id = await Api.LaunchAsync(launch);
        JsonObject first = await Api.WaitForDecisionAsync(id);
        JsonObject second = await NextAsync(id, first, "approve");

        Assert.DoesNotContain("not accepted", (string)first["description"]!);
        Assert.Contains($"The last attempt to mend it was not accepted: {reason}", (string)second["description"]!);
        JsonArray attempts = (await Api.GetAsync($"/api/events?project={id}&types=test_fix_attempt")).Body["events"]!.AsArray();
        Assert.Null((string?)attempts[0]!["former_trouble"]);
        Assert.All(attempts.Skip(1), e => Assert.StartsWith(reason, (string)e!["former_trouble"]!));
        Assert.Equal(2, File.ReadAllLines(prompts).Count(line => line.StartsWith($"A former attempt was not accepted: {reason}", StringComparison.Ordinal)));
        await Api.ResolveAsync((string)second["decision_id"]!, "reject");
        await Api.WaitForEndAsync(id);
    }

    [Fact]
    public async Task What_a_fix_left_that_was_not_accepted_is_kept()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["test_command"] = "test -e mended";
        launch["fix_command"] = Script("echo idea > idea.txt; exit 7");
        string id = await Api.LaunchAsync(launch);
        JsonObject second = await NextAsync(id, await Api.WaitForDecisionAsync(id), "approve");

        string[] kept = repository.Git("for-each-ref", "--format=%(refname)", $"refs/orchestra/kept/{id}-fix-*").Split('\n');
        Assert.Equal(3, kept.Length);
        Assert.All(kept, name => Assert.Equal("idea", repository.Git("show", $"{name}:idea.txt")));
        Assert.EndsWith($"exit code 7 (What it did is kept as {kept[2]}.)", (string)second["description"]!);
        Assert.Empty(Directory.GetDirectories(Path.Combine(host.DataFolder, "worktrees"), $"{id}-fix-*"));
        await Api.ResolveAsync((string)second["decision_id"]!, "reject");
        await Api.WaitForEndAsync(id);
    }

    [Fact]
    public async Task What_an_accepted_fix_could_not_commit_is_kept_and_the_rest_is_not_kept_twice()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["build_command"] = "test -e built";
        launch["test_command"] = "test -e mended";
        launch["fix_command"] = Script("if test -e built; then touch mended; echo KEY=1 > .env; else touch built; fi");
        string id = await Api.LaunchAsync(launch);
        JsonObject second = await NextAsync(id, await Api.WaitForDecisionAsync(id), "approve");
        await Api.ResolveAsync((string)second["decision_id"]!, "approve");

        Assert.Equal("completed", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        string kept = Assert.Single(repository.Git("for-each-ref", "--format=%(refname)", $"refs/orchestra/kept/{id}-fix-*").Split('\n'));
        Assert.Equal("KEY=1", repository.Git("show", $"{kept}:.env"));
    }

    [Fact]
    public async Task Fixes_of_a_branch_that_is_left_out_after_all_are_kept()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["test_command"] = "test -e mended";
        launch["fix_command"] = Script("echo more >> idea.txt");
        string id = await Api.LaunchAsync(launch);
        JsonObject second = await NextAsync(id, await Api.WaitForDecisionAsync(id), "approve");
        string fixedHead = repository.Head($"refs/heads/orchestra/{id}");
        await Api.ResolveAsync((string)second["decision_id"]!, "skip");

        string session = (string)(await Api.WaitForEndAsync(id))["sessions"]![0]!["session_id"]!;
        Assert.Equal(fixedHead, repository.Head($"refs/orchestra/kept/{session}-merged"));
        JsonArray sources = (await Api.GetAsync($"/api/teams/{session}/recover")).Body["sources"]!.AsArray();
        Assert.Contains(sources, s => (string)s!["name"]! == $"refs/orchestra/kept/{session}-merged");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_keeps_what_a_fix_or_a_resolution_has_so_far(bool conflict)
    {
        using TestRepository repository = TestRepository.CreateList();
        string begun = Path.Combine(host.DataFolder, $"begun-{Guid.NewGuid():N}");
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo left > list.txt"));
        if (conflict)
            launch["agents"]!.AsArray().Add(OrchestraApi.Agent("echo right > list.txt"));
        launch["test_command"] = conflict ? "true" : "false";
        launch["fix_command"] = Script($"echo idea > idea.txt; touch {begun}; exec sleep 1000");
        string id = await Api.LaunchAsync(launch);
        await Api.ResolveAsync((string)(await Api.WaitForDecisionAsync(id))["decision_id"]!, "approve");
        await Eventually.TrueAsync(() => File.Exists(begun), () => "The agent did not begin.");
        await Api.PostAsync($"/api/gm/projects/{id}/cancel", "");

        Assert.Equal("cancelled", (string)(await Api.WaitForEndAsync(id))["phase"]!);
        string kept = Assert.Single(repository.Git("for-each-ref", "--format=%(refname)", $"refs/orchestra/kept/{id}-*").Split('\n'));
        Assert.Equal("idea", repository.Git("show", $"{kept}:idea.txt"));
        Assert.Empty(Directory.GetDirectories(Path.Combine(host.DataFolder, "worktrees"), $"{id}-*"));
    }

    /// <summary>Answers and waits for what is asked next.</summary>
    private async Task<JsonObject> NextAsync(string project, JsonObject decision, string answer)
    {
        string id = (string)decision["decision_id"]!;
        await Api.ResolveAsync(id, answer);
        return (JsonObject)OrchestraApi.Pending(await Api.WaitAsync(
            project, p => OrchestraApi.Pending(p) is { } next && (string)next["decision_id"]! != id || p["completed_at"] is not null))!;
    }

    private static JsonObject Script(string script) => new() { ["argv"] = new JsonArray("/bin/sh", "-c", script) };

    private static JsonObject Launch(TestRepository repository, string gates, string test, params string[] files)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, [.. files.Select(file => OrchestraApi.Agent($"echo {file} > {file}.txt"))]);
        repository.Commit("other", ("a.txt", null));
        launch["test_command"] = test;
        launch["gates"] = gates;
        return launch;
    }

    private static string Added(TestRepository repository) => repository.Git("ls-tree", "--name-only", "main").Replace("README.md\n", "");
}
