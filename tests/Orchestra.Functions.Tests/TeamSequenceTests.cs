using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Teams of several teammates, run by the Claude Code CLI, which a script stands for.</summary>
public sealed class TeamSequenceTests : IAsyncLifetime
{
    private const string Config = """
        client:
          default_mode: claude-code
        teams:
          definitions:
            trio:
              description: Three.
              teammates:
                - {name: architect, role: Design it, model: opus}
                - {name: implementer, role: Write it}
                - {name: reviewer, role: Review it}
            hasty:
              teammates:
                - {name: architect, role: Design it}
                - {name: reviewer, role: Review it, timeout_seconds: 1}
            readers:
              strategy: parallel
              teammates:
                - {name: security, role: Look for holes, model: opus}
                - {name: style, role: Look at style}
                - {name: speed, role: Look for waste}
            hasty-readers:
              strategy: parallel
              teammates:
                - {name: style, role: Look at style}
                - {name: speed, role: Look for waste, timeout_seconds: 1}
            led:
              strategy: lead
              teammates:
                - {name: architect, role: Design it}
                - {name: implementer, role: Write it, model: haiku}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-teams-").FullName;
    private readonly HostFixture host;

    public TeamSequenceTests()
    {
        string config = Path.Combine(folder, "orchestra.yml");
        File.WriteAllText(config, Config);
        host = new HostFixture { Settings = ["--CLAUDE_CLI_PATH", FakeClaude.Path, "--ORCHESTRA_CONFIG", config] };
    }

    private OrchestraApi Api => host.Api;

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Teammates_work_one_after_the_other_each_told_what_the_former_ones_wrote()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject project = await RunTrioAsync(repository, "run architect: echo plan > plan.txt", "run implementer: cat plan.txt plan.txt > code.txt", "run reviewer: wc -l < code.txt > review.txt");
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("plan\nplan", repository.Git("show", "main:code.txt"));
        Assert.Equal(["architect completed", "implementer completed", "reviewer completed"], Tasks(session));
        await OutputIsThatOfAllAsync((string)session["session_id"]!);
        Assert.Equal(
            ["reviewer: run architect: echo plan > plan.txt", "implementer: run architect: echo plan > plan.txt", "architect: run architect: echo plan > plan.txt"],
            repository.Git("log", "--format=%s", "--topo-order", "--no-merges", "--max-count=3", "main").Split('\n'));
        Assert.Equal("architect", repository.Git("log", "--format=%(trailers:key=Orchestra-Teammate,valueonly)", "--max-count=1", (string)session["tasks"]![0]!["head_commit"]!).Trim());
        Assert.DoesNotContain("before you", repository.Git("show", "main:prompt-architect.txt"));
        string last = repository.Git("show", "main:prompt-reviewer.txt");
        Assert.Contains("You are the reviewer: Review it", last);
        Assert.Contains("The architect before you wrote:\nDone by architect.", last);
        Assert.Contains("The implementer before you wrote:\nDone by implementer.", last);
        Assert.Contains("plan.txt", last);
        Assert.Equal(0.0375m, (decimal)session["cost_usd"]!);
        Assert.Equal("[Bash] work of architect\nDone by architect.\n", (string)(await SessionAsync(project))["tasks"]![0]!["output"]!);
        Assert.Equal(3, (int)(await SessionAsync(project))["success_count"]!);
    }

    [Fact]
    public async Task A_teammate_that_does_not_complete_ends_the_session_and_the_former_ones_work_is_kept()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject project = await RunTrioAsync(
            repository, "run architect: echo plan > plan.txt",
            "result implementer: \"subtype\":\"error_max_turns\",\"is_error\":true,\"errors\":[\"Reached maximum number of turns (3)\"]");
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal("failed", (string)project["phase"]!);
        Assert.Equal("budget_exceeded", (string)session["status"]!);
        Assert.Equal("implementer: Reached maximum number of turns (3)", (string)session["error"]!);
        Assert.Equal(["architect completed", "implementer budget_exceeded", "reviewer skipped"], Tasks(session));
        Assert.Equal("plan", repository.Git("show", $"team/{session["session_id"]}:plan.txt"));
    }

    [Fact]
    public async Task Each_teammate_has_its_own_time_limit()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject project = await RunAsync(repository, "hasty", null, "run reviewer: exec sleep 1000");

        Assert.Equal(["architect completed", "reviewer timed_out"], Tasks(project["sessions"]![0]!));
    }

    [Fact]
    public async Task A_cancelled_session_ends_the_teammate_that_runs_and_starts_no_other()
    {
        using TestRepository repository = TestRepository.CreateList();
        var launched = await Api.PostAsync("/api/teams/launch", new JsonObject
        {
            ["team_name"] = "trio",
            ["task_description"] = "run implementer: exec sleep 1000",
            ["repo_path"] = repository.Folder,
        }.ToJsonString());
        string id = (string)launched.Body["session_id"]!;
        await UntilAsync(id, s => (string?)s["tasks"]!.AsArray().ElementAtOrDefault(1)?["output"] == "[Bash] work of implementer\n");

        await Api.PostAsync($"/api/teams/{id}/cancel", "{}");
        JsonNode session = await UntilAsync(id, s => s["completed_at"] is not null);

        Assert.Equal("cancelled", (string)session["status"]!);
        Assert.Equal(["architect completed", "implementer cancelled", "reviewer skipped"], Tasks(session));
    }

    [Fact]
    public async Task Readers_work_at_once_and_their_texts_are_the_result()
    {
        using TestRepository repository = TestRepository.CreateList();
        // Each waits for the others: one after the other would never end.
        string meet = Path.Combine(folder, "meet");
        string Wait(string role) => $"run {role}: mkdir -p {meet}; touch {meet}/{role}; until [ $(ls {meet} | wc -l) = 3 ]; do sleep 0.02; done";
        JsonObject project = await RunAsync(repository, "readers", null, string.Join('\n',
            Wait("security"), Wait("style"), Wait("speed"), "run security: rm claude-arguments.txt prompt-*", "run style: sleep 0.1; echo mine > list.txt"));
        JsonNode session = project["sessions"]![0]!;
        string id = (string)session["session_id"]!;

        Assert.Equal(("completed", "no_change"), ((string)project["phase"]!, (string)session["status"]!));
        Assert.Equal(["security completed", "style completed", "speed completed"], Tasks(session));
        Assert.Equal(0.0375m, (decimal)session["cost_usd"]!);
        Assert.Equal("base", repository.Git("show", "main:list.txt"));
        string refs = repository.Git("for-each-ref", "--format=%(refname)", "refs/orchestra/kept");
        Assert.DoesNotContain($"{id}-1", refs);
        Assert.Equal("mine", repository.Git("show", $"refs/orchestra/kept/{id}-2:list.txt"));
        Assert.Equal(repository.Git("rev-parse", $"refs/orchestra/kept/{id}-2").Trim(), (string)session["tasks"]![1]!["head_commit"]!);
        Assert.Contains("--disallowedTools\nEdit,MultiEdit,Write,NotebookEdit", repository.Git("show", $"refs/orchestra/kept/{id}-2:claude-arguments.txt"));
        Assert.Contains("You are the style: Look at style", repository.Git("show", $"refs/orchestra/kept/{id}-2:prompt-style.txt"));
        using var http = new HttpClient { BaseAddress = host.Address };
        Assert.Equal(
            string.Concat(new[] { "security", "style", "speed" }.Select(r => $"[Bash] work of {r}\nDone by {r}.\n")),
            await http.GetStringAsync($"/api/teams/{id}/output", TestContext.Current.CancellationToken));
        Assert.DoesNotContain(Directory.GetDirectories(Path.Combine(host.DataFolder, "worktrees")), d => d.Contains(id + "-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reader_that_does_not_complete_leaves_the_others_theirs()
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject project = await RunAsync(repository, "hasty-readers", null, "run speed: exec sleep 1000");
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal(["style completed", "speed timed_out"], Tasks(session));
        Assert.Equal("timed_out", (string)session["status"]!);
        Assert.Equal("speed: Ended after the time limit of 1 s.", (string)session["error"]!);
    }

    [Theory]
    [InlineData("trio", "agent-teams")]
    [InlineData("led", "claude-code")]
    public async Task A_lead_is_one_process_with_the_others_as_its_agents(string team, string mode)
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject project = await RunAsync(
            repository, team, mode, "run: echo ${CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS-none} > teams.txt");

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(mode, (string)project["sessions"]![0]!["client_mode"]!);
        Assert.Empty(project["sessions"]![0]!["tasks"]!.AsArray());
        Assert.Equal(mode == "agent-teams" ? "1" : "none", repository.Git("show", "main:teams.txt"));
        string[] arguments = repository.Git("show", "main:claude-arguments.txt").Split('\n');
        JsonNode agents = JsonNode.Parse(arguments[Array.IndexOf(arguments, "--agents") + 1])!;
        Assert.Equal("Design it", (string)agents["architect"]!["description"]!);
        Assert.Equal("You are the team's implementer. Write it", (string)agents["implementer"]!["prompt"]!);
        Assert.Equal(team == "led" ? "haiku" : null, (string?)agents["implementer"]!["model"]);
    }

    [Fact]
    public async Task A_strategy_that_the_client_has_not_is_refused()
    {
        using TestRepository repository = TestRepository.CreateList();
        var answer = await Api.PostAsync("/api/gm/launch", Launch(repository, "led", "command", "t").ToJsonString());

        Assert.Equal(422, (int)answer.Status);
        Assert.Equal("agents[0].client_mode", (string)answer.Body["field"]!);
    }

    private Task<JsonObject> RunTrioAsync(TestRepository repository, params string[] task) => RunAsync(repository, "trio", null, string.Join('\n', task));

    private async Task<JsonObject> RunAsync(TestRepository repository, string team, string? mode, string task) =>
        await Api.WaitForEndAsync(await Api.LaunchAsync(Launch(repository, team, mode, task)));

    private static JsonObject Launch(TestRepository repository, string team, string? mode, string task)
    {
        JsonObject agent = new() { ["team"] = team, ["task"] = task };
        if (mode is not null) agent["client_mode"] = mode;
        return OrchestraApi.Launch(repository.Folder, agent);
    }

    private static IEnumerable<string> Tasks(JsonNode session) => session["tasks"]!.AsArray().Select(t => $"{t!["teammate"]} {t["status"]}");

    private async Task<JsonNode> SessionAsync(JsonObject project) => (await Api.GetAsync($"/api/teams/{project["sessions"]![0]!["session_id"]}")).Body;

    private async Task<JsonNode> UntilAsync(string sessionId, Func<JsonNode, bool> condition)
    {
        JsonNode? session = null;
        await Eventually.TrueAsync(
            async () => condition(session = (await Api.GetAsync($"/api/teams/{sessionId}")).Body),
            () => $"The session did not get there: {session?.ToJsonString()}");
        return session!;
    }

    /// <summary>One output with one range of offsets, read or told live.</summary>
    private async Task OutputIsThatOfAllAsync(string session)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        string output = await http.GetStringAsync($"/api/teams/{session}/output", TestContext.Current.CancellationToken);
        int[] places = [.. new[] { "architect", "implementer", "reviewer" }.Select(t => output.IndexOf($"Done by {t}", StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Equal(output[5..], await http.GetStringAsync($"/api/teams/{session}/output?after=5", TestContext.Current.CancellationToken));
        JsonNode told = (await Api.GetAsync("/api/events?types=stdout&limit=1000")).Body["events"]!;
        Assert.Equal(output, string.Concat(told.AsArray().Where(e => (string)e!["session_id"]! == session).Select(e => (string)e!["data"]!)));
    }
}
