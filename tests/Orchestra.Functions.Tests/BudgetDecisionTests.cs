using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>A budget that is used up asks a person for more; what it stopped goes on where it was, or ends.</summary>
public sealed class BudgetDecisionTests : IDisposable
{
    private static readonly string FakeCli = $"CLAUDE_CLI_PATH={FakeClaude.Path}";

    private readonly TestRepository repository = TestRepository.CreateList();

    public BudgetDecisionTests() => File.AppendAllText($"{repository.Folder}/.git/info/exclude", "claude-arguments.txt\n");

    // Ends when all others are there; what it costs, 0.0125, is told then.
    private string Costly => $"run: while [ $(ls {repository.Root}/running-* 2>/dev/null | wc -l) -lt 2 ]; do sleep 0.05; done; echo x > x.txt";

    public void Dispose() => repository.Dispose();

    [Fact]
    public async Task One_question_for_all_agents_of_a_project_and_they_go_on_where_they_were()
    {
        await using HostSetup host = await HostSetup.StartAsync(FakeCli);
        using OrchestraApi api = new(host.Address);
        string id = await api.LaunchAsync(Launch(0.01m, Agent(Costly), Running("one"), Running("two")));

        JsonObject project = await api.WaitAsync(id, p => p["sessions"]!.AsArray().Count(s => (string?)s!["waiting_for"]?["kind"] == "budget") == 2);
        JsonNode decision = Assert.Single(project["decisions"]!.AsArray())!;
        JsonNode budget = decision["context"]!["budget"]!;
        Assert.Equal(("budget_exceeded", "pending", null), ((string)decision["decision_type"]!, (string)decision["status"]!, (string?)decision["context"]!["session_id"]));
        Assert.StartsWith("The project's budget of $0.01 is used up", (string)decision["description"]!, StringComparison.Ordinal);
        Assert.Equal((0.01m, true), ((decimal)budget["limit"]!["max_cost_usd"]!, (decimal)budget["spent_usd"]! > 0.01m));
        Assert.Contains((string)decision["decision_id"]!, (string)project["sessions"]!.AsArray().First(s => s!["waiting_for"] is not null)!["waiting_for"]!["reason"]!, StringComparison.Ordinal);

        await ResolveAsync(api, decision, """{"action": "approve", "max_cost_usd": 5}""", 200);
        project = await api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.All(project["sessions"]!.AsArray(), s => Assert.Equal("completed", (string)s!["status"]!));
        Assert.Equal(5m, (decimal)project["budget"]!["max_cost_usd"]!);
        foreach (string name in (string[])["one", "two"])
        {
            Assert.Equal(name, repository.Git("show", $"main:{name}.txt"));
            Assert.Contains("--resume", File.ReadAllLines($"{repository.Root}/arguments-{name}"));
        }
    }

    [Fact]
    public async Task An_agents_own_budget_is_raised_by_what_the_person_names()
    {
        await using HostSetup host = await HostSetup.StartAsync(FakeCli);
        using OrchestraApi api = new(host.Address);
        JsonObject agent = Spending();
        agent["max_cost_usd"] = 1;
        string id = await api.LaunchAsync(Launch(null, agent));

        JsonObject decision = await api.WaitForDecisionAsync(id);
        string session = (string)(await api.ProjectAsync(id))["sessions"]![0]!["session_id"]!;
        Assert.Equal((session, "The agent's budget of $1 is used up ($4)."), ((string)decision["context"]!["session_id"]!, (string)decision["description"]!));
        Assert.Equal(5m, (decimal)decision["context"]!["budget"]!["proposed"]!["max_cost_usd"]!);
        Assert.Contains("$5 in all", (string)decision["proposed_action"]!, StringComparison.Ordinal);
        Assert.Equal("max_cost_usd", await ResolveAsync(api, decision, """{"action": "approve", "max_cost_usd": 4}""", 422));
        Assert.Equal("max_cost_usd", await ResolveAsync(api, decision, """{"action": "reject", "max_cost_usd": 40}""", 422));
        Assert.Equal("max_turns", await ResolveAsync(api, decision, """{"action": "approve", "max_turns": 0}""", 422));

        await ResolveAsync(api, decision, """{"action": "approve", "max_cost_usd": 10, "comment": "Mind the tests.\nrun: echo heard > heard.txt"}""", 200);
        JsonNode ended = (await api.WaitForEndAsync(id))["sessions"]![0]!;

        Assert.Equal(("completed", 10m), ((string)ended["status"]!, (decimal)ended["budget"]!["max_cost_usd"]!));
        Assert.Equal(10m, (decimal)(await api.GetAsync($"/api/teams/{session}")).Body["budget"]!["max_cost_usd"]!);
        Assert.Equal("heard", repository.Git("show", "main:heard.txt"));
        string[] arguments = File.ReadAllLines($"{repository.Root}/arguments-spent");
        Assert.Equal("10", arguments[Array.IndexOf(arguments, "--max-budget-usd") + 1]);
        Assert.Contains("--resume", arguments);
    }

    [Fact]
    public async Task The_limit_that_the_client_holds_itself_asks_too()
    {
        await using HostSetup host = await HostSetup.StartAsync(FakeCli);
        using OrchestraApi api = new(host.Address);
        JsonObject agent = Agent("run: echo t > t.txt\nresult: \"subtype\":\"error_max_turns\",\"is_error\":true,\"result\":\"Reached maximum number of turns (7)\"");
        agent["max_turns"] = 7;
        string id = await api.LaunchAsync(Launch(null, agent));

        JsonObject decision = await api.WaitForDecisionAsync(id);
        Assert.Equal("Reached maximum number of turns (7)", (string)decision["description"]!);
        await ResolveAsync(api, decision, """{"action": "approve"}""", 200);
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal(("completed", 14), ((string)project["sessions"]![0]!["status"]!, (int)project["sessions"]![0]!["budget"]!["max_turns"]!));
    }

    [Fact]
    public async Task Rejected_it_ends_what_waits_and_the_others_land()
    {
        await using HostSetup host = await HostSetup.StartAsync(FakeCli);
        using OrchestraApi api = new(host.Address);
        JsonObject agent = Spending();
        agent["max_cost_usd"] = 1;
        string id = await api.LaunchAsync(Launch(null, agent, Agent("run: echo other > other.txt")));

        await ResolveAsync(api, await api.WaitForDecisionAsync(id), """{"action": "reject"}""", 200);
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("other", repository.Git("show", "main:other.txt"));
        JsonNode ended = Assert.Single(project["sessions"]!.AsArray(), s => (string)s!["status"]! == "budget_exceeded")!;
        Assert.Equal(("The agent's budget of $1 is used up ($4).", 4m), ((string)ended["error"]!, (decimal)ended["cost_usd"]!));
        Assert.Equal("spent", repository.Git("show", $"{(string)ended["branch_name"]!}:spent.txt"));
    }

    [Fact]
    public async Task An_agent_that_mends_asks_too()
    {
        await using HostSetup host = await HostSetup.StartAsync(FakeCli);
        using OrchestraApi api = new(host.Address);
        JsonObject launch = Launch(0.01m, Agent("run: echo x > x.txt"));
        launch["test_command"] = "test -e more.txt || { echo; echo 'run: echo more > more.txt'; exit 1; }";
        string id = await api.LaunchAsync(launch);
        await ResolveAsync(api, await api.WaitForDecisionAsync(id), """{"action": "approve"}""", 200);

        JsonObject project = await api.WaitAsync(id, p => OrchestraApi.Pending(p) is { } d && (string)d["decision_type"]! == "budget_exceeded");
        Assert.Equal("testing", (string)project["phase"]!);
        await ResolveAsync(api, OrchestraApi.Pending(project)!, """{"action": "approve"}""", 200);

        Assert.Equal("completed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("more", repository.Git("show", "main:more.txt"));
    }

    [Theory]
    [InlineData("project")]
    [InlineData("session")]
    public async Task Cancelled_while_it_waits(string what)
    {
        await using HostSetup host = await HostSetup.StartAsync(FakeCli);
        using OrchestraApi api = new(host.Address);
        JsonObject agent = Spending();
        agent["max_cost_usd"] = 1;
        string id = await api.LaunchAsync(Launch(null, agent, Agent("run: echo other > other.txt")));
        await api.WaitForDecisionAsync(id);
        string session = (string)(await api.ProjectAsync(id))["decisions"]![0]!["context"]!["session_id"]!;

        await api.PostAsync(what == "project" ? $"/api/gm/projects/{id}/cancel" : $"/api/teams/{session}/cancel", "");
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal(what == "project" ? "cancelled" : "completed", (string)project["phase"]!);
        Assert.Equal("closed", (string)project["decisions"]![0]!["status"]!);
        Assert.Equal("cancelled", (string)project["sessions"]!.AsArray().Single(s => (string)s!["session_id"]! == session)!["status"]!);
        Assert.Equal(409, (int)(await api.ResolveAsync((string)project["decisions"]![0]!["decision_id"]!, "approve")).Status);
    }

    [Fact]
    public async Task A_killed_host_still_waits_and_takes_the_answer()
    {
        int port = FreePort.Next();
        using HostProcess host = new(repository.DataFolder, port, "--CLAUDE_CLI_PATH", FakeClaude.Path);
        host.Start();
        using OrchestraApi api = new(new Uri($"http://127.0.0.1:{port}"));
        await api.WaitUntilUpAsync();
        JsonObject agent = Spending();
        agent["max_cost_usd"] = 1;
        string id = await api.LaunchAsync(Launch(null, agent));
        await api.WaitAsync(id, p => p["sessions"]!.AsArray().Any(s => (string?)s!["waiting_for"]?["kind"] == "budget"));

        host.Kill();
        host.Start();
        await api.WaitUntilUpAsync();
        await ResolveAsync(api, await api.WaitForDecisionAsync(id), """{"action": "approve"}""", 200);

        JsonObject project = await api.WaitForEndAsync(id);
        Assert.Equal("completed", (string)project["sessions"]![0]!["status"]!);
        Assert.Equal("spent", repository.Git("show", "main:spent.txt"));
        Assert.Single(project["decisions"]!.AsArray());
        JsonNode told = (await api.GetAsync($"/api/events?project={id}&types=agent_launched,agent_waiting,agent_resumed,agent_completed")).Body["events"]!;
        Assert.Equal(
            ["agent_launched", "agent_waiting", "agent_resumed waited", "agent_resumed continued", "agent_completed"],
            told.AsArray().Select(e => $"{e!["event"]} {e["how"]}".TrimEnd()));
    }

    [Fact]
    public async Task A_retry_within_what_is_used_already_is_refused()
    {
        await using HostSetup host = await HostSetup.StartAsync(FakeCli);
        using OrchestraApi api = new(host.Address);
        JsonObject launch = Launch(1, Agent("run: echo x > x.txt"));
        launch["test_command"] = "exit 1";
        string id = await api.LaunchAsync(launch);
        await api.ResolveAsync((string)(await api.WaitForDecisionAsync(id))["decision_id"]!, "reject");
        await api.WaitForEndAsync(id);

        var refused = await api.PostAsync($"/api/gm/projects/{id}/retry", """{"max_cost_usd": 0.0125}""");

        Assert.Equal((422, "max_cost_usd"), ((int)refused.Status, (string)refused.Body["field"]!));
        Assert.Contains("($0.0125)", (string)refused.Body["detail"]!, StringComparison.Ordinal);
        Assert.Equal("failed", (string)(await api.ProjectAsync(id))["phase"]!);
    }

    private static async Task<string?> ResolveAsync(OrchestraApi api, JsonNode decision, string body, int status)
    {
        var answer = await api.PostAsync($"/api/gm/decisions/{decision["decision_id"]}/resolve", body);
        Assert.True(status == (int)answer.Status, answer.Body.ToJsonString());
        return (string?)answer.Body["field"];
    }

    private static JsonObject Agent(string task) => new() { ["team"] = "feature-dev", ["task"] = task };

    /// <summary>Writes its file and runs until it is ended; what it is called with when it goes on is noted beside the repository.</summary>
    private JsonObject Running(string name, string says = "") => Agent(
        $"run: echo {name} > {name}.txt; ln -sf {repository.Root}/arguments-{name} claude-arguments.txt; echo > {repository.Root}/running-{name}; {says} exec sleep 1000");

    /// <summary>One that says that it has used $4.</summary>
    private JsonObject Spending() => Running("spent",
        """echo '{"type":"assistant","message":{"id":"msg_x","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":1000000,"output_tokens":1}}}';""");

    private JsonObject Launch(decimal? dollars, params JsonObject[] agents)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, agents);
        launch["client_mode"] = "claude-code";
        if (dollars is not null) launch["max_cost_usd"] = dollars;
        return launch;
    }
}
