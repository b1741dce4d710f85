using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Conflicts in which both sides' lines can be kept: the gates decide, or a person.</summary>
public sealed class MechanicalTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task Touching_changes_land_without_a_question_when_the_gates_pass()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = Launch(repository);
        launch["test_command"] = "grep -q one list.txt";
        JsonObject project = await Api.WaitForEndAsync(await Api.LaunchAsync(launch));

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Empty(project["decisions"]!.AsArray());
        Assert.Equal("base\none\ntwo\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));
        JsonNode merged = project["sessions"]!.AsArray().Single(s => (string)s!["merge_result"]! == "merged_mechanical")!;
        Assert.Contains(" +one", (string)merged["mechanical"]!["diff"]!);
        Assert.Equal("list.txt", (string)merged["mechanical"]!["files"]![0]!);
        Assert.Equal((string)merged["merge_commit"]!, (string)project["landed_commit"]!);
        Assert.Equal(2, project["gates"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_result_that_fails_the_gates_becomes_an_ordinary_conflict()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = Launch(repository);
        launch["test_command"] = "test $(wc -l < list.txt) = 2";
        string id = await Api.LaunchAsync(launch);
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal("merge_conflict", (string)decision["decision_type"]!);
        Assert.Contains("It was settled by rule, but the test failed", (string)decision["description"]!);
        await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(["merged", "skipped"], project["sessions"]!.AsArray().Select(s => (string)s!["merge_result"]!).Order());
        Assert.Equal("base\none\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));
    }

    [Theory]
    [InlineData("approve", "merged_mechanical", "base\none\ntwo")]
    [InlineData("agent", "merged_resolved", "by the agent")]
    [InlineData("reject", "skipped", "base\none")]
    public async Task Without_a_gate_a_person_is_asked(string action, string result, string content)
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = Launch(repository);
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "echo by the agent > list.txt") };
        string id = await Api.LaunchAsync(launch);
        JsonObject decision = await Api.WaitForDecisionAsync(id);
        Assert.Equal(["approve", "agent", "reject"], decision["answers"]!.AsArray().Select(a => (string)a!));
        Assert.Contains(" +one", (string)decision["context"]!["mechanical"]!["diff"]!);
        Assert.Equal(422, (int)(await Api.ResolveAsync((string)decision["decision_id"]!, "perhaps")).Status);
        await Api.ResolveAsync((string)decision["decision_id"]!, action);
        JsonObject project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Contains(project["sessions"]!.AsArray(), s => (string)s!["merge_result"]! == result);
        Assert.Equal(content, repository.Git("show", "main:list.txt"));
    }

    [Theory]
    [InlineData("sort -u parts.txt > parts.lock; echo noise > other.txt", "merged_by_policy", "base\none\ntwo")]
    [InlineData("echo no generator here; exit 9", "skipped", "one")]
    public async Task A_generated_file_is_written_anew_by_the_rule_of_the_base_commit(string command, string result, string content)
    {
        using TestRepository repository = TestRepository.CreateList();
        repository.Write("parts.lock", "base\n");
        repository.Write("parts.txt", "base\n1\n2\n3\n4\n");
        repository.Write(".orchestra.yml", $"pipeline:\n  mechanical: off\n  generated_files:\n    - files: [parts.lock]\n      regenerate: {command}\n");
        repository.Commit("lock");
        string id = await Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent("sed -i s/1/one/ parts.txt; echo one > parts.lock; rm .orchestra.yml"),
            OrchestraApi.Agent("sed -i s/4/two/ parts.txt; echo two > parts.lock")));
        JsonObject project = await Api.WaitAsync(id, p => OrchestraApi.Pending(p) is not null || p["completed_at"] is not null);
        if (result == "skipped")
        {
            JsonNode decision = OrchestraApi.Pending(project)!;
            Assert.Contains("no generator here", (string)decision["description"]!);
            await Api.ResolveAsync((string)decision["decision_id"]!, "reject");
            project = await Api.WaitForEndAsync(id);
        }

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Contains(project["sessions"]!.AsArray(), s => (string)s!["merge_result"]! == result);
        Assert.Equal(content, repository.Git("show", "main:parts.lock").Replace("2\n3\n", ""));
        Assert.Equal("list.txt\nparts.lock\nparts.txt", repository.Git("ls-tree", "--name-only", "main"));
    }

    private static JsonObject Launch(TestRepository repository) => OrchestraApi.Launch(
        repository.Folder, OrchestraApi.Agent("echo one >> list.txt"), OrchestraApi.Agent("echo two >> list.txt"));
}
