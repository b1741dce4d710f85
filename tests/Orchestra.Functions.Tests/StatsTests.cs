using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Orchestra.Client;
using Orchestra.Core.Bookkeeping;
using Orchestra.Core.Pipeline;
using Orchestra.Storage;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>What is counted when agents have ended, over HTTP; counted once, however often a step runs.</summary>
public sealed class StatsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_project_and_a_session_are_executions_with_costs_by_mode_agent_and_day()
    {
        await using HostSetup host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}");
        using var api = new OrchestraApi(host.Address);
        using var client = new OrchestraClient(host.Address);
        using TestRepository repository = TestRepository.Create();

        Assert.Equal((0, 0, 0m), await TotalsAsync(client));
        var paid = new JsonObject { ["team"] = "feature-dev", ["task"] = "run: rm claude-arguments.txt; echo a > a", ["client_mode"] = "claude-code" };
        string project = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, paid, OrchestraApi.Agent("echo 12345; exit 3")));
        await api.WaitForEndAsync(project);
        string session = (string)(await api.PostAsync("/api/teams/launch", new JsonObject
        {
            ["team_name"] = "feature-dev", ["task_description"] = "run: echo b > b", ["repo_path"] = repository.Folder, ["client_mode"] = "claude-code",
        }.ToJsonString())).Body["session_id"]!;
        await Eventually.TrueAsync(async () => (await client.ExecutionsAsync(10, 0, Cancel)).Total == 2, () => "The session did not end.");

        StatsView stats = await client.StatsAsync(Cancel);
        Assert.Equal((2, 3, 66.7, 0.025m, 2, 1), (stats.TotalExecutions, stats.TotalAgentsRun, stats.SuccessRate, stats.TotalCost, stats.Successes, stats.Failures));
        CostsView costs = await client.CostsAsync(Cancel);
        Assert.Equal([("claude-code", 0.025m, 2), ("command", 0m, 1)], costs.ByMode.Select(m => (m.Mode, m.Cost, m.Runs)));
        Assert.Equal([("feature-dev", 0.025m, 3)], costs.ByAgent.Select(a => (a.Agent, a.Cost, a.Runs)));
        Assert.Equal(0.025m, costs.ByDate.Sum(d => d.Cost));
        Assert.All(costs.ByDate, d => Assert.True(DateOnly.TryParseExact(d.Date, "yyyy-MM-dd", out _)));
        AgentView agent = Assert.Single(await client.AgentsAsync(Cancel));
        Assert.Equal(("feature-dev", 3, 2, 1), (agent.Agent, agent.TotalRuns, agent.Successes, agent.Failures));
        Assert.True(agent.AvgOutputLen >= 2);

        ExecutionPage page = await client.ExecutionsAsync(1, 1, Cancel);
        Assert.Equal((2, 1), (page.Total, page.Executions.Count));
        JsonNode ofMode = (await api.GetAsync("/api/executions?mode=gm&since=2020-01-01")).Body;
        Assert.Equal((project, 1), ((string)ofMode["executions"]!.AsArray().Single()!["id"]!, (int)ofMode["total"]!));
        JsonNode newest = (await api.GetAsync("/api/executions?limit=1")).Body;
        JsonNode rest = (await api.GetAsync($"/api/executions?limit=1&after={newest["next"]}")).Body;
        Assert.Equal(new[] { project, session }.Order(), new[] { newest, rest }.Select(p => (string)p["executions"]![0]!["id"]!).Order());
        JsonArray told = [];
        await Eventually.TrueAsync(
            async () => (told = (await api.GetAsync("/api/events?types=new_execution")).Body["events"]!.AsArray()).Count == 2, () => $"Told: {told.ToJsonString()}");
        Assert.Equal([(project, "gm"), (session, "feature-dev")], told.Select(e => ((string)e!["data"]!["id"]!, (string)e["data"]!["mode"]!)));
        ExecutionView first = await client.ExecutionAsync(project, Cancel);
        Assert.Equal(("gm", "project", 2, 1, 1, 0.0125m, "completed"), (first.Mode, first.Kind, first.AgentCount, first.SuccessCount, first.FailCount, first.EstimatedCost, first.Status));
        Assert.Equal([("failed", "failed", "command"), ("success", "completed", "claude-code")], first.Results.Select(r => (r.Status, r.Outcome, r.ClientMode!)).Order());
        Assert.Contains(first.Results, r => r.Output?.Contains("12345", StringComparison.Ordinal) == true);
        ExecutionView second = await client.ExecutionAsync(session, Cancel);
        Assert.Equal(("feature-dev", "session", 1, 1), (second.Mode, second.Kind, second.AgentCount, second.SuccessCount));
        Assert.Equal("success", Assert.Single(second.Results).Status);
    }

    [Theory]
    [InlineData("/api/executions/nonsense", HttpStatusCode.NotFound, "id")]
    [InlineData("/api/executions/20260101-000000-abcdef", HttpStatusCode.NotFound, "id")]
    [InlineData("/api/executions?limit=0", HttpStatusCode.BadRequest, "limit")]
    public async Task What_is_not_there_is_said(string path, HttpStatusCode status, string field)
    {
        await using HostSetup host = await HostSetup.StartAsync();
        using var api = new OrchestraApi(host.Address);
        var answer = await api.GetAsync(path);
        Assert.Equal((status, field), (answer.Status, (string)answer.Body["field"]!));
    }

    [Fact]
    public async Task An_entry_takes_the_place_of_the_former_one_and_concurrent_ones_all_count()
    {
        string folder = Directory.CreateTempSubdirectory("orchestra-").FullName;
        using (var tables = new SqliteTableStore(Path.Combine(folder, "state.db")))
        {
            // Two writers as two processes would be.
            UsageLedger[] ledgers = [new(tables), new(tables)];
            await Task.WhenAll(Enumerable.Range(0, 40).Select(i => ledgers[i % 2].CountAsync($"{i}", Entry(1, "completed"), Cancel)));
            await ledgers[0].CountAsync("7", Entry(1, "completed"), Cancel);
            await ledgers[1].CountAsync("8", Entry(5, "failed"), Cancel);

            Tallies tallies = await ledgers[0].ReadAsync(Cancel);
            Assert.Equal((40, 40, 39, 1, 44m), (tallies.Total.Executions, tallies.Total.Runs, tallies.Total.Successes, tallies.Total.Failures, tallies.Total.CostUsd));
            Assert.Equal(("a", 44m), (tallies.Agents.Single().Name, tallies.Agents.Single().Tally.CostUsd));
            Assert.Equal("2026-01-02", tallies.Dates.Single().Name);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static LedgerEntry Entry(decimal cost, string status)
    {
        DateTime at = DateTime.Parse("2026-01-02T03:04:05Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        return new LedgerEntry(at, [new CountedRun("a", "claude-code", status, at, new RunUsage(cost, 1, 1, false), 10)]);
    }

    private static async Task<(int, int, decimal)> TotalsAsync(OrchestraClient client)
    {
        StatsView stats = await client.StatsAsync(Cancel);
        return (stats.TotalExecutions, stats.TotalAgentsRun, stats.TotalCost);
    }
}
