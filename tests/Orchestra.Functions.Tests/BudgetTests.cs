using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Agents.Admission;
using Orchestra.Core.Bookkeeping;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Budgets of agents and projects when nobody is asked for more: what is over them is ended, and nothing more begins.</summary>
public sealed class BudgetTests : IDisposable
{
    private static readonly string FakeCli = $"CLAUDE_CLI_PATH={FakeClaude.Path}";

    private readonly TestRepository repository = TestRepository.CreateList();

    public void Dispose() => repository.Dispose();

    [Fact]
    public async Task A_projects_budget_ends_what_runs()
    {
        await using HostSetup host = await StartAsync();
        using OrchestraApi api = new(host.Address);
        // The first one's costs are the client's figure, told at its end: 0.0125.
        JsonObject project = await RunAsync(api, Launch(0.01m, null,
            Agent($"run: while [ ! -e {repository.Root}/running ]; do sleep 0.05; done; rm claude-arguments.txt; echo x > x.txt"),
            Agent($"run: echo > {repository.Root}/running; exec sleep 1000")));

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(0.01m, (decimal)project["budget"]!["max_cost_usd"]!);
        JsonNode ended = Assert.Single(project["sessions"]!.AsArray(), s => (string)s!["status"]! == "budget_exceeded")!;
        Assert.Equal("The project's budget of $0.01 is used up ($0.0125).", (string)ended["error"]!);
        Assert.Single(project["sessions"]!.AsArray(), s => (string)s!["status"]! == "completed");
    }

    [Fact]
    public async Task A_retry_raises_the_budget()
    {
        await using HostSetup host = await StartAsync();
        using OrchestraApi api = new(host.Address);
        JsonObject launch = Launch(0.01m, 500, Agent("run: rm claude-arguments.txt; echo x > x.txt"));
        launch["test_command"] = "test -e more.txt";
        string id = await api.LaunchAsync(launch);
        await RejectAsync();
        const string More = """{"agents": [{"team": "feature-dev", "task": "run: rm claude-arguments.txt; echo more > more.txt"}], "client_mode": "claude-code" """;

        await api.PostAsync($"/api/gm/projects/{id}/retry", More + "}");
        await RejectAsync();
        JsonNode held = (await api.GetAsync($"/api/gm/projects/{id}")).Body;
        Assert.Equal(["budget_exceeded", "completed"], held["sessions"]!.AsArray().Select(s => (string)s!["status"]!).Order());

        await api.PostAsync($"/api/gm/projects/{id}/retry", More + ", \"max_cost_usd\": 1, \"test_command\": \"true\"}");
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal("more", repository.Git("show", "main:more.txt"));
        Assert.Equal((1m, 500, 3), ((decimal)project["budget"]!["max_cost_usd"]!, (int)project["budget"]!["max_turns"]!, project["sessions"]!.AsArray().Count));
        Assert.Equal(2, project["sessions"]!.AsArray().Count(s => (string)s!["status"]! == "completed"));

        async Task RejectAsync()
        {
            JsonObject asked = await api.WaitForDecisionAsync(id);
            await api.ResolveAsync((string)asked["decision_id"]!, "reject");
            Assert.Equal("failed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        }
    }

    [Theory]
    [InlineData(0.01, null)]
    [InlineData(null, 1)]
    public async Task Over_a_projects_budget_nothing_more_begins(double? dollars, int? turns)
    {
        await using HostSetup host = await StartAsync(mostAgents: 1);
        using OrchestraApi api = new(host.Address);
        string task = $"run: echo ran >> {repository.Root}/ran; rm claude-arguments.txt; echo x > x.txt";

        JsonObject project = await RunAsync(api, Launch((decimal?)dollars, turns, Agent(task), Agent(task)));

        Assert.Equal(["budget_exceeded", "completed"], project["sessions"]!.AsArray().Select(s => (string)s!["status"]!).Order());
        Assert.Equal("ran\n", File.ReadAllText($"{repository.Root}/ran"));
    }

    [Theory]
    [InlineData(1, null, "msg_1", 1_000_000, "--max-budget-usd", "The agent's budget of $1 is used up ($4).")]
    [InlineData(null, 1, "msg_2", 1, "--max-turns", "The agent's budget of 1 turns is used up.")]
    public async Task An_agent_over_its_own_budget_is_ended_though_its_client_goes_on(int? dollars, int? turns, string message, int tokens, string flag, string reason)
    {
        await using HostSetup host = await StartAsync();
        using OrchestraApi api = new(host.Address);
        string told = $$$$"""{"type":"assistant","message":{"id":"{{{{message}}}}x","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":{{{{tokens}}}},"output_tokens":1}}}""";
        JsonObject agent = Agent($"run: cp claude-arguments.txt {repository.Root}/; echo '{told}'; exec sleep 1000");
        if (dollars is not null) agent["max_cost_usd"] = dollars;
        if (turns is not null) agent["max_turns"] = turns;

        JsonNode session = (await RunAsync(api, Launch(null, null, agent)))["sessions"]![0]!;

        Assert.Equal(("budget_exceeded", reason), ((string)session["status"]!, (string)session["error"]!));
        Assert.True((bool)session["cost_estimated"]!);
        Assert.Contains(flag, File.ReadAllLines($"{repository.Root}/claude-arguments.txt"));
    }

    [Fact]
    public async Task A_budget_that_could_not_be_held_is_refused()
    {
        await using HostSetup host = await StartAsync();
        using OrchestraApi api = new(host.Address);
        JsonObject own = OrchestraApi.Agent("true");
        own["max_cost_usd"] = 1;

        await RefusedAsync(api, OrchestraApi.Launch(repository.Folder, own), "agents[0].max_cost_usd");
        await RefusedAsync(api, With(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("true")), "max_turns", 5), "max_turns");
        await RefusedAsync(api, With(Launch(null, null, Agent("run: true")), "max_cost_usd", 0), "max_cost_usd");
        await RefusedAsync(api, With(Launch(null, null, Agent("run: true")), "max_turns", 0), "max_turns");
    }

    [Fact]
    public async Task What_was_used_is_known_after_a_restart()
    {
        await using HostSetup host = await HostSetup.StartAsync();
        SpendingStore store = new(host.Services.GetRequiredService<ITableStore>());
        CancellationToken test = TestContext.Current.CancellationToken;
        Spendings before = new(store);
        await before.SettleAsync("project", "run-1", new SpentRun("one", 1, 10), test);
        await before.SettleAsync("project", "run-1", new SpentRun("one", 2, 20), test);
        await before.SettleAsync("project", "run-2", new SpentRun("two", 3, 30), test);

        Spendings after = new(store);
        after.Note("project", "run-2", new SpentRun("two", 4, 40));
        await after.LoadAsync("project", test);

        Assert.Equal(new SpentRun("project", 6, 60), after.Sum("project"));
        Assert.Equal(new SpentRun("one", 2, 20), after.Sum("project", "one"));
    }

    private static Task<HostSetup> StartAsync(int mostAgents = 16) =>
        HostSetup.StartAsync(FakeCli, $"ORCHESTRA_CONFIG={HostSetup.Config($"runs: {{ask_over_budget: false, max_parallel_agents: {mostAgents}}}\n")}");

    private static async Task RefusedAsync(OrchestraApi api, JsonObject launch, string field)
    {
        var answer = await api.PostAsync("/api/gm/launch", launch.ToJsonString());
        Assert.Equal((422, field), ((int)answer.Status, (string?)answer.Body["field"]));
    }

    private static async Task<JsonObject> RunAsync(OrchestraApi api, JsonObject launch) => await api.WaitForEndAsync(await api.LaunchAsync(launch));

    private static JsonObject Agent(string task) => new() { ["team"] = "feature-dev", ["task"] = task };

    private JsonObject Launch(decimal? dollars, int? turns, params JsonObject[] agents)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, agents);
        launch["client_mode"] = "claude-code";
        if (dollars is not null) launch["max_cost_usd"] = dollars;
        if (turns is not null) launch["max_turns"] = turns;
        return launch;
    }

    private static JsonObject With(JsonObject launch, string key, int value)
    {
        launch[key] = value;
        return launch;
    }
}
