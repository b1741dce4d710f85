using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Core.Events;
using Orchestra.Storage;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>The event log: order, numbers, exactly once, long poll and stream.</summary>
public sealed class EventTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_project_tells_what_happens_in_order_and_once()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo a > b.txt"), OrchestraApi.Agent("echo left > a.txt"), OrchestraApi.Agent("echo right > a.txt"));
        launch["build_command"] = "echo built";
        launch["test_command"] = "test -f b.txt -o -f a.txt";
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "echo both > a.txt") };
        string id = await Api.LaunchAsync(launch);
        string decision = (string)(await Api.WaitForDecisionAsync(id))["decision_id"]!;
        await Api.ResolveAsync(decision, "approve");
        await Api.WaitForEndAsync(id);

        List<JsonObject> events = await UntilAsync(id, "project_completed");
        Assert.Equal("project_started", (string)events[0]["event"]!);
        Assert.Equal(events.Select(e => (long)e["seq"]!).Distinct().Order(), events.Select(e => (long)e["seq"]!));
        Assert.All(events, e => Assert.Equal(id, (string)e["project_id"]!));
        string[] told = [.. events.Where(e => (string)e["type"]! == "gm_progress").Select(e => (string)e["event"]!)];
        Assert.Equal(3, told.Count(e => e == "agent_launched"));
        Assert.Equal(3, told.Count(e => e == "agent_completed"));
        Assert.Equal(
            ["launching", "waiting", "analyzing", "merging", "building", "testing", "merging", "building", "testing", "merging", "building", "testing", "landing", "completed"],
            events.Where(e => (string?)e["event"] == "phase_change").Select(e => (string)e["phase"]!));
        // Whether a coming conflict was told depends on the clock: an early look may fall between the ends of two agents.
        string[] aside = ["project_started", "agent_launched", "agent_completed", "phase_change", "merge_risk"];
        Assert.Equal(
            [
                "merge_order_determined", "merge_plan",
                "merge_started", "merge_completed", "build_started", "build_result", "test_started", "test_result",
                "merge_started", "merge_completed", "build_started", "build_result", "test_started", "test_result",
                "merge_started", "merge_conflict", "decision_required", "decision_resolved", "build_started", "build_result",
                "conflict_resolved", "merge_completed", "test_started", "test_result", "project_completed",
            ],
            told.Where(e => !aside.Contains(e)));
        Assert.Equal(decision, (string)events.Single(e => (string?)e["event"] == "decision_resolved")["decision_id"]!);
        Assert.Equal("approved", (string)events.Single(e => (string?)e["event"] == "decision_resolved")["action"]!);
        Assert.Equal("built\n", (string)events.First(e => (string?)e["event"] == "build_result")["output"]!);
        Assert.Equal(3, events.Count(e => (string)e["type"]! == "new_team_session"));
        Assert.Equal(3, events.Count(e => (string)e["type"]! == "team_progress" && (string)e["event"]! == "completed" && e["fix_kind"] is null));
        Assert.Equal("resolve", (string)events.Single(e => (string?)e["event"] == "completed" && e["fix_kind"] is not null)["fix_kind"]!);
    }

    [Fact]
    public async Task A_failed_build_tells_its_fix_attempts_and_the_end()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > b.txt"));
        launch["build_command"] = "false";
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "date +%N >> c.txt") };
        string id = await Api.LaunchAsync(launch);
        await Api.ResolveAsync((string)(await Api.WaitForDecisionAsync(id))["decision_id"]!, "approve");
        await Api.WaitAsync(id, p => p["decisions"]!.AsArray().Count == 2);
        await Api.ResolveAsync((string)(await Api.WaitForDecisionAsync(id))["decision_id"]!, "reject");
        await Api.WaitForEndAsync(id);

        List<JsonObject> events = await UntilAsync(id, "project_failed");
        Assert.Equal([1, 2, 3], events.Where(e => (string?)e["event"] == "build_fix_attempt").Select(e => (int)e["attempt"]!));
        Assert.Equal(5, events.Count(e => (string?)e["event"] == "build_started"));
        Assert.Equal([1, 2, 1, 1, 1], events.Where(e => (string?)e["event"] == "build_started").Select(e => (int)e["attempt"]!));
        Assert.Equal(5, events.Count(e => (string?)e["event"] == "build_result" && !(bool)e["success"]!));
        Assert.Contains("rejected", (string)events.Single(e => (string?)e["event"] == "project_failed")["reason"]!);
    }

    [Fact]
    public async Task A_long_poll_ends_with_the_first_event_and_filters_by_type()
    {
        long head = (long)(await Api.GetAsync("/api/events?limit=1")).Body["head"]!;
        Task<JsonNode> waiting = FirstAsync(head);
        using TestRepository repository = TestRepository.Create();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("true")));
        JsonNode body = await waiting;
        JsonNode one = Assert.Single(body["events"]!.AsArray())!;
        Assert.Equal("agent_launched", (string)one["event"]!);
        Assert.Equal("feature-dev", (string)one["team_name"]!);
        Assert.True((long)body["next"]! >= (long)one["seq"]!);
        await Api.WaitForEndAsync(id);
    }

    [Fact]
    public async Task A_stream_goes_on_behind_the_last_event_id()
    {
        using TestRepository repository = TestRepository.Create();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > y")));
        List<(long Id, JsonObject Data)> first = await StreamAsync($"/api/events/stream?project={id}", null, e => (string?)e["event"] == "agent_launched");
        List<(long Id, JsonObject Data)> rest = await StreamAsync($"/api/events/stream?project={id}", first[^1].Id, e => (string?)e["event"] == "project_completed");
        List<JsonObject> all = await UntilAsync(id, "project_completed");
        Assert.Equal(all.TakeWhile(e => (string)e["type"]! != "new_execution").Select(e => (long)e["seq"]!), first.Concat(rest).Select(e => e.Id));
        Assert.All(first.Concat(rest), e => Assert.Equal(e.Id, (long)e.Data["seq"]!));
    }

    [Theory]
    [InlineData("after=-1", "after")]
    [InlineData("after=x", "after")]
    [InlineData("after=99999999999999999999", "after")]
    [InlineData("wait=61", "wait")]
    [InlineData("limit=0", "limit")]
    [InlineData("types=nothing", "types")]
    [InlineData("project=nope", "project")]
    public async Task Bad_parameters_are_named(string query, string field)
    {
        var answer = await Api.GetAsync($"/api/events?{query}");
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string)answer.Body["field"]!));
        if (!query.StartsWith("wait", StringComparison.Ordinal) && !query.StartsWith("limit", StringComparison.Ordinal))
            Assert.Equal(HttpStatusCode.BadRequest, (await Api.GetAsync($"/api/events/stream?{query}")).Status);
    }

    [Fact]
    public async Task Two_writers_give_each_key_one_number_without_gaps()
    {
        string folder = Directory.CreateTempSubdirectory("orchestra-events-").FullName;
        using (var one = new SqliteTableStore(Path.Combine(folder, "state.db")))
        using (var other = new SqliteTableStore(Path.Combine(folder, "state.db")))
        {
            EventLog[] logs = [new(one), new(other)];
            NewEvent[] events = [.. Enumerable.Range(0, 300).Select(i => NewEvent.Of($"k{i}", EventChannels.Gm, EventTypes.GmProgress, null, null, null, DateTime.UnixEpoch, new { I = i }))];
            // Everything twice, in overlapping pieces, by two writers at once: as steps that run again would.
            await Task.WhenAll(logs.SelectMany((log, n) => events.Chunk(n == 0 ? 70 : 7).Select(piece => Task.Run(() => log.AppendAsync(piece, Cancel)))));
            IReadOnlyList<LoggedEvent> read = await logs[0].ReadAsync(0, 1000, Cancel);
            Assert.Equal(Enumerable.Range(1, 300), read.Select(e => (int)e.Seq));
            Assert.Equal(events.Select(e => e.Key).Order(), read.Select(e => e.Event.Key).Order());
            Assert.Equal(300, await logs[1].HeadAsync(Cancel));
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What the poll behind a number that first has something has.</summary>
    private async Task<JsonNode> FirstAsync(long after)
    {
        JsonNode body;
        do
            body = (await Api.GetAsync($"/api/events?after={after}&wait=30&types=agent_launched")).Body;
        while (body["events"]!.AsArray().Count == 0);
        return body;
    }

    private async Task<List<JsonObject>> UntilAsync(string id, string last)
    {
        var events = new List<JsonObject>();
        long after = 0;
        while (events.All(e => (string?)e["event"] != last))
        {
            JsonNode body = (await Api.GetAsync($"/api/events?project={id}&after={after}&wait=30")).Body;
            Assert.NotEmpty(body["events"]!.AsArray());
            events.AddRange(body["events"]!.AsArray().Select(e => (JsonObject)e!));
            after = (long)body["next"]!;
        }

        return events;
    }

    private async Task<List<(long Id, JsonObject Data)>> StreamAsync(string path, long? lastEventId, Func<JsonObject, bool> end)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", $"{lastEventId}");
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        var events = new List<(long, JsonObject)>();
        long id = 0;
        while (await reader.ReadLineAsync(Cancel) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture);
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            events.Add((id, (JsonObject)JsonNode.Parse(line[6..])!));
            if (end(events[^1].Item2))
                break;
        }

        return events;
    }
}
