using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Conformance;

public partial class S20_ManagementApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S20_Start_answers_with_the_check_status_payload()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        using HttpResponseMessage response = await app.SendAsync("POST", "/orchestrators/Echo/e1", """{"a":[1]}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("""{"a":[1]}""", (await app.Client.WaitForInstanceCompletionAsync("e1", getInputsAndOutputs: true, Cancellation)).SerializedOutput);
        using HttpResponseMessage unnamed = await app.SendAsync("POST", "/orchestrators/echo");
        string id = (await unnamed.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["id"]!.GetValue<string>();
        Assert.True(Guid.TryParseExact(id, "N", out _));
    }

    [Fact]
    public async Task S20_Start_waits_where_timeout_and_interval_are_given()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        using HttpResponseMessage output = await app.SendAsync("POST", "/orchestrators/Echo?timeout=30&pollingInterval=1", "[7]");
        Assert.Equal(HttpStatusCode.OK, output.StatusCode);
        Assert.Equal("[7]", await output.Content.ReadAsStringAsync(Cancellation));
        using HttpResponseMessage failed = await app.SendAsync("POST", "/orchestrators/Breaks?timeout=30&pollingInterval=1");
        Assert.Equal("Failed", (await failed.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["runtimeStatus"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Accepted, await app.StatusAsync("POST", "/orchestrators/Waits?timeout=0&pollingInterval=1"));
        Assert.Equal(HttpStatusCode.Accepted, await app.StatusAsync("POST", "/orchestrators/Waits?timeout=86400"));
    }

    [Fact]
    public async Task S20_Start_refuses_bad_json_unknown_functions_and_ids_in_use()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, await app.StatusAsync("POST", "/orchestrators/Echo", "{"));
        Assert.Equal(HttpStatusCode.BadRequest, await app.StatusAsync("POST", "/orchestrators/Nobody"));
        await app.HaveAsync("Waits", "w", OrchestrationRuntimeStatus.Running);
        Assert.Equal(HttpStatusCode.Conflict, await app.StatusAsync("POST", "/orchestrators/Waits/w"));
        using HttpResponseMessage refused = await app.SendAsync("POST", "/orchestrators/Echo", "{");
        JsonObject error = (await refused.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!;
        Assert.Equal(["Message", "ExceptionMessage", "ExceptionType", "StackTrace"], error.Select(pair => pair.Key));
    }

    [Fact]
    public async Task S20_Start_takes_a_version()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        using HttpResponseMessage output = await app.SendAsync("POST", "/orchestrators/Versions?version=1.2&timeout=30&pollingInterval=1");
        Assert.Equal("\"1.2\"", await output.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task S20_List_filters()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        DateTime before = DateTime.UtcNow.AddMinutes(-1);
        await app.HaveAsync("Echo", "a1", OrchestrationRuntimeStatus.Completed, 1);
        await app.HaveAsync("Waits", "a2", OrchestrationRuntimeStatus.Running);
        await app.HaveAsync("Breaks", "b3", OrchestrationRuntimeStatus.Failed);

        Assert.Equal(["a1", "a2", "b3"], await app.ListAsync(""));
        Assert.Equal(["a1", "a2"], await app.ListAsync("?instanceIdPrefix=a"));
        Assert.Equal(["a1", "b3"], await app.ListAsync("?runtimeStatus=Completed&runtimeStatus=Failed"));
        Assert.Equal(["a2", "b3"], await app.ListAsync("?runtimeStatus=Running,Failed"));
        Assert.Equal(["a2"], await app.ListAsync("?runtimeStatus=Running,Sleeping"));
        Assert.Equal(["a1", "a2", "b3"], await app.ListAsync("?runtimeStatus=running"));
        Assert.Equal(["a1", "a2", "b3"], await app.ListAsync($"?createdTimeFrom={before:O}"));
        Assert.Empty(await app.ListAsync($"?createdTimeTo={before:O}"));
        JsonArray bare = (await app.Http.GetFromJsonAsync<JsonArray>($"{ManagedApp.Api}/instances?instanceIdPrefix=a1&showInput=false", Cancellation))!;
        Assert.Null(bare[0]!["input"]);
    }

    [Fact]
    public async Task S20_List_begins_with_the_newest_on_demand()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        for (int i = 0; i < 3; i++)
            await app.HaveAsync("Waits", $"i{i}", OrchestrationRuntimeStatus.Running);
        using HttpResponseMessage first = await app.SendAsync("GET", "/instances?top=2&newestFirst=true");
        Assert.Equal(["i2", "i1"], Ids(await first.Content.ReadFromJsonAsync<JsonArray>(Cancellation)));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{ManagedApp.Api}/instances?top=2&newestFirst=true");
        request.Headers.Add("x-ms-continuation-token", Assert.Single(first.Headers.GetValues("x-ms-continuation-token")));
        using HttpResponseMessage second = await app.Http.SendAsync(request, Cancellation);
        Assert.Equal(["i0"], Ids(await second.Content.ReadFromJsonAsync<JsonArray>(Cancellation)));

        static IEnumerable<string> Ids(JsonArray? page) => page!.Select(i => i!["instanceId"]!.GetValue<string>());
    }

    [Fact]
    public async Task S20_List_goes_page_by_page()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        for (int i = 0; i < 3; i++)
            await app.HaveAsync("Waits", $"i{i}", OrchestrationRuntimeStatus.Running);
        using HttpResponseMessage first = await app.SendAsync("GET", "/instances?top=2");
        Assert.Equal(2, (await first.Content.ReadFromJsonAsync<JsonArray>(Cancellation))!.Count);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{ManagedApp.Api}/instances?top=2");
        request.Headers.Add("x-ms-continuation-token", Assert.Single(first.Headers.GetValues("x-ms-continuation-token")));
        using HttpResponseMessage second = await app.Http.SendAsync(request, Cancellation);
        Assert.Equal("i2", Assert.Single((await second.Content.ReadFromJsonAsync<JsonArray>(Cancellation))!)!["instanceId"]!.GetValue<string>());
        Assert.False(second.Headers.Contains("x-ms-continuation-token"));
    }

    [Theory]
    [InlineData("Waits", OrchestrationRuntimeStatus.Running, HttpStatusCode.Accepted)]
    [InlineData("Waits", OrchestrationRuntimeStatus.Suspended, HttpStatusCode.Accepted)]
    [InlineData("Waits", OrchestrationRuntimeStatus.Terminated, HttpStatusCode.OK)]
    [InlineData("Echo", OrchestrationRuntimeStatus.Completed, HttpStatusCode.OK)]
    [InlineData("Breaks", OrchestrationRuntimeStatus.Failed, HttpStatusCode.OK)]
    public async Task S20_Status_is_accepted_until_the_instance_has_ended(string function, OrchestrationRuntimeStatus status, HttpStatusCode expected)
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync(function, "x", status, 1);
        using HttpResponseMessage response = await app.SendAsync("GET", "/instances/x?showInput=false");
        Assert.Equal(expected, response.StatusCode);
        bool open = expected == HttpStatusCode.Accepted;
        Assert.Equal(open ? TimeSpan.FromSeconds(5) : null, response.Headers.RetryAfter?.Delta);
        Assert.Equal(open ? response.RequestMessage!.RequestUri : null, response.Headers.Location);
        Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("GET", "/instances/nobody"));
        Assert.Equal(
            status == OrchestrationRuntimeStatus.Failed ? HttpStatusCode.InternalServerError : expected,
            await app.StatusAsync("GET", "/instances/x?returnInternalServerErrorOnFailure=true"));
    }

    [Fact]
    public async Task S20_Delete_takes_a_finished_instance()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Echo", "done", OrchestrationRuntimeStatus.Completed, 1);
        await app.HaveAsync("Waits", "busy", OrchestrationRuntimeStatus.Running);
        using HttpResponseMessage response = await app.SendAsync("DELETE", "/instances/done");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"instancesDeleted":1}""", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("DELETE", "/instances/done"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await app.StatusAsync("DELETE", "/instances/busy"));
    }

    [Fact]
    public async Task S20_Delete_by_filter_needs_a_time()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        string from = DateTime.UtcNow.AddMinutes(-1).ToString("O");
        await app.HaveAsync("Echo", "e1", OrchestrationRuntimeStatus.Completed, 1);
        await app.HaveAsync("Breaks", "f1", OrchestrationRuntimeStatus.Failed);
        await app.HaveAsync("Waits", "w1", OrchestrationRuntimeStatus.Running);
        Assert.Equal(HttpStatusCode.BadRequest, await app.StatusAsync("DELETE", "/instances"));
        Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("DELETE", $"/instances?createdTimeFrom={from}&runtimeStatus=Running"));
        using HttpResponseMessage one = await app.SendAsync("DELETE", $"/instances?createdTimeFrom={from}&runtimeStatus=Failed");
        Assert.Equal("""{"instancesDeleted":1}""", await one.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(["e1", "w1"], await app.ListAsync(""));
    }

    [Fact]
    public async Task S20_RaiseEvent_wants_json()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Waits", "w", OrchestrationRuntimeStatus.Running);
        Assert.Equal(HttpStatusCode.BadRequest, await app.StatusAsync("POST", "/instances/w/raiseEvent/Go", "x", "text/plain"));
        Assert.Equal(HttpStatusCode.BadRequest, await app.StatusAsync("POST", "/instances/w/raiseEvent/Go", "{"));
        Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("POST", "/instances/nobody/raiseEvent/Go", "1"));
        using HttpResponseMessage raised = await app.SendAsync("POST", "/instances/w/RAISEEVENT/go", """{"n":1}""");
        Assert.Equal(HttpStatusCode.Accepted, raised.StatusCode);
        Assert.Empty(await raised.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("""{"n":1}""", (await app.Client.WaitForInstanceCompletionAsync("w", getInputsAndOutputs: true, Cancellation)).SerializedOutput);
        Assert.Equal(HttpStatusCode.Gone, await app.StatusAsync("POST", "/instances/w/raiseEvent/Go", "1"));
    }

    [Fact]
    public async Task S20_Terminate_suspend_and_resume_follow_the_state()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Waits", "w", OrchestrationRuntimeStatus.Running);
        foreach (string command in new[] { "terminate", "suspend", "resume" })
            Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("POST", $"/instances/nobody/{command}"));
        Assert.Equal(HttpStatusCode.InternalServerError, await app.StatusAsync("POST", "/instances/w/resume"));
        Assert.Equal(HttpStatusCode.Accepted, await app.StatusAsync("POST", "/instances/w/suspend?reason=pause"));
        await app.UntilAsync("w", OrchestrationRuntimeStatus.Suspended);
        using HttpResponseMessage again = await app.SendAsync("POST", "/instances/w/suspend");
        Assert.Equal(HttpStatusCode.InternalServerError, again.StatusCode);
        Assert.Equal(
            "Cannot suspend the orchestration instance w because instance is in the Suspended state.",
            (await again.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["ExceptionMessage"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Accepted, await app.StatusAsync("POST", "/instances/w/resume"));
        await app.UntilAsync("w", OrchestrationRuntimeStatus.Running);
        Assert.Equal(HttpStatusCode.Accepted, await app.StatusAsync("POST", "/instances/w/terminate?reason=enough"));
        Assert.Equal("enough", (await app.Client.WaitForInstanceCompletionAsync("w", getInputsAndOutputs: true, Cancellation)).ReadOutputAs<string>());
        foreach (string command in new[] { "terminate", "suspend", "resume" })
            Assert.Equal(HttpStatusCode.Gone, await app.StatusAsync("POST", $"/instances/w/{command}"));
    }

    [Fact]
    public async Task S20_Rewind_takes_failed_instances_only()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Breaks", "f", OrchestrationRuntimeStatus.Failed);
        await app.HaveAsync("Echo", "e", OrchestrationRuntimeStatus.Completed, 1);
        await app.HaveAsync("Waits", "w", OrchestrationRuntimeStatus.Running);
        Assert.Equal(HttpStatusCode.Accepted, await app.StatusAsync("POST", "/instances/f/rewind?reason=again"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await app.StatusAsync("POST", "/instances/e/rewind"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await app.StatusAsync("POST", "/instances/w/rewind"));
        Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("POST", "/instances/nobody/rewind"));
    }

    [Fact]
    public async Task S20_Restart_makes_a_new_id_unless_told_otherwise()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Echo", "e", OrchestrationRuntimeStatus.Completed, 5);
        await app.HaveAsync("Waits", "w", OrchestrationRuntimeStatus.Running);
        using HttpResponseMessage restarted = await app.SendAsync("POST", "/instances/e/restart");
        Assert.Equal(HttpStatusCode.Accepted, restarted.StatusCode);
        string id = (await restarted.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["id"]!.GetValue<string>();
        Assert.NotEqual("e", id);
        Assert.Equal("5", (await app.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Cancellation)).SerializedOutput);
        using HttpResponseMessage same = await app.SendAsync("POST", "/instances/e/restart?restartWithNewInstanceId=false");
        Assert.Equal("e", (await same.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["id"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.BadRequest, await app.StatusAsync("POST", "/instances/nobody/restart"));
        Assert.Equal(HttpStatusCode.Conflict, await app.StatusAsync("POST", "/instances/w/restart?restartWithNewInstanceId=false"));
    }

    [Fact]
    public async Task S20_Paths_ignore_case_and_wrong_verbs_are_not_found()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Waits", "w", OrchestrationRuntimeStatus.Running);
        Assert.Equal(HttpStatusCode.Accepted, await app.StatusAsync("GET", "/INSTANCES/w"));
        Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("GET", "/elsewhere"));
        Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("PUT", "/instances/w"));
        Assert.Equal(HttpStatusCode.NotFound, await app.StatusAsync("GET", "/instances/w/terminate"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("POST", "/makeprimary"));
    }

    [Fact]
    public async Task S20_With_a_key_nobody_gets_in_without_it()
    {
        await using ManagedApp app = await ManagedApp.StartAsync(("ORCHESTRA_FUNCTION_KEY", "s p"));
        await app.HaveAsync("Waits", "w", OrchestrationRuntimeStatus.Running);
        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("GET", "/instances/w"));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.StatusAsync("GET", "/instances/w?code=wrong"));
        Assert.Equal(HttpStatusCode.Accepted, await app.StatusAsync("GET", "/instances/w?code=s%20p"));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{ManagedApp.Api}/orchestrators/Waits") { Headers = { { "x-functions-key", "s p" } } };
        using HttpResponseMessage started = await app.Http.SendAsync(request, Cancellation);
        JsonObject payload = (await started.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!;
        Assert.All(payload.Skip(1), pair => Assert.Contains("code=s%20p", pair.Value!.GetValue<string>(), StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Accepted, (await app.Http.GetAsync(new Uri(payload["statusQueryGetUri"]!.GetValue<string>()), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task S20_01_The_status_payload_has_its_keys_in_order_and_json_inside()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Echo", "e", OrchestrationRuntimeStatus.Completed, new { N = 1 });
        JsonObject status = await app.GetAsync("/instances/e");
        Assert.Equal(["name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime"], status.Select(pair => pair.Key));
        Assert.Equal("""{"N":1}""", status["input"]!.ToJsonString());
        Assert.Equal("""{"Done":true}""", status["customStatus"]!.ToJsonString());
        Assert.Equal("""{"N":1}""", status["output"]!.ToJsonString());
        Assert.Matches(WholeSeconds(), status["createdTime"]!.GetValue<string>());
        Assert.Matches(WholeSeconds(), status["lastUpdatedTime"]!.GetValue<string>());
        Assert.Null((await app.GetAsync("/instances/e?showInput=false"))["input"]);
        Assert.Equal("historyEvents", (await app.GetAsync("/instances/e?showHistory=true")).Last().Key);
        await app.HaveAsync("Waits", "w", OrchestrationRuntimeStatus.Running);
        JsonObject waiting = await app.GetAsync("/instances/w");
        Assert.True(waiting.ContainsKey("output") && waiting["output"] is null && waiting["customStatus"] is null && waiting["input"] is null);
    }

    [Fact]
    public async Task S20_02_The_hosts_check_status_payload()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        using HttpResponseMessage response = await app.SendAsync("POST", "/orchestrators/Waits/w1");
        JsonObject payload = (await response.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!;
        Assert.Equal(
            ["id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri", "restartPostUri", "suspendPostUri", "resumePostUri"],
            payload.Select(pair => pair.Key));
        Assert.Equal(payload["statusQueryGetUri"]!.GetValue<string>(), response.Headers.Location!.OriginalString);
        Assert.Equal(TimeSpan.FromSeconds(10), response.Headers.RetryAfter!.Delta);
        Assert.EndsWith("/instances/w1/raiseEvent/{eventName}?taskHub=TestHubName&connection=Storage", payload["sendEventPostUri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.EndsWith("/instances/w1/terminate?reason={text}&taskHub=TestHubName&connection=Storage", payload["terminatePostUri"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task S20_03_The_workers_check_status_response()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        using HttpResponseMessage response = await app.Http.PostAsync("/api/check/a%20b", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Null(response.Headers.RetryAfter);
        JsonObject payload = (await response.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!;
        Assert.Equal(
            ["Id", "StatusQueryGetUri", "SendEventPostUri", "TerminatePostUri", "RewindPostUri", "PurgeHistoryDeleteUri", "RestartPostUri", "SuspendPostUri", "ResumePostUri"],
            payload.Select(pair => pair.Key));
        Assert.Equal("a b", payload["Id"]!.GetValue<string>());
        Assert.Null(payload["RewindPostUri"]);
        Assert.Equal(response.Headers.Location!.OriginalString, payload["StatusQueryGetUri"]!.GetValue<string>());
        Assert.EndsWith("/instances/a%20b/suspend?reason={{text}}&taskHub=TestHubName&connection=Storage", payload["SuspendPostUri"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task S20_04_History_merges_what_was_scheduled_into_what_became_of_it()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Echo", "e", OrchestrationRuntimeStatus.Completed, 3);
        JsonArray history = (await app.GetAsync("/instances/e?showHistory=true&showHistoryOutput=true"))["historyEvents"]!.AsArray();
        Assert.Equal(["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"], history.Select(item => item!["EventType"]!.GetValue<string>()));
        Assert.Equal("Echo", history[0]!["FunctionName"]!.GetValue<string>());
        Assert.Equal("Same", history[1]!["FunctionName"]!.GetValue<string>());
        Assert.NotNull(history[1]!["ScheduledTime"]);
        Assert.Equal(3, history[1]!["Result"]!.GetValue<int>());
        Assert.Equal("Completed", history[2]!["OrchestrationStatus"]!.GetValue<string>());
        Assert.All(history, item => Assert.False(item!.AsObject().ContainsKey("EventId") || item.AsObject().ContainsKey("IsPlayed")));
        JsonArray bare = (await app.GetAsync("/instances/e?showHistory=true"))["historyEvents"]!.AsArray();
        Assert.All(bare, item => Assert.False(item!.AsObject().ContainsKey("Result")));
    }

    [Fact]
    public async Task S20_04_History_keeps_what_nothing_came_of_yet()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await app.HaveAsync("Parent", "p", OrchestrationRuntimeStatus.Running);
        JsonArray history = [];
        while (history.Count < 3)
            history = (await app.GetAsync("/instances/p?showHistory=true"))["historyEvents"]!.AsArray();
        Assert.Equal(["ExecutionStarted", "SubOrchestrationInstanceCreated", "TimerCreated"], history.Select(item => item!["EventType"]!.GetValue<string>()));
        Assert.Equal("Waits", history[1]!["Name"]!.GetValue<string>());
        Assert.Equal("p-child", history[1]!["InstanceId"]!.GetValue<string>());
        Assert.NotNull(history[2]!["FireAt"]);
    }

    [Fact]
    public async Task S20_05_The_invocation_id_header_changes_nothing()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{ManagedApp.Api}/orchestrators/Waits/w") { Headers = { { "X-Azure-Functions-InvocationId", Guid.NewGuid().ToString() } } };
        Assert.Equal(HttpStatusCode.Accepted, (await app.Http.SendAsync(request, Cancellation)).StatusCode);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    private static partial Regex WholeSeconds();
}
