using System.Net;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Metrics as Prometheus scrapes them; traces as a collector receives them.</summary>
public sealed class TelemetryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_project_is_one_trace_also_when_the_host_is_killed_in_between()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        string folder = Directory.CreateTempSubdirectory("orchestra-trace-").FullName;
        int port = FreePort.Next();
        using var api = new OrchestraApi(new Uri($"http://127.0.0.1:{port}"));
        using TestRepository repository = TestRepository.Create();
        string go = Path.Combine(folder, "go");
        using (var host = new HostProcess(
            Path.Combine(folder, "data"), port,
            "--OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{receiver.Port}", "--OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "--OTEL_BSP_SCHEDULE_DELAY", "50"))
        {
            host.Start();
            await api.WaitUntilUpAsync();
            JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo 1 > a"), OrchestraApi.Agent($"while [ ! -e {go} ]; do sleep 0.05; done; echo 2 > b"));
            launch["build_command"] = "true";
            launch["test_command"] = "test -e fixed";
            string id = await api.LaunchAsync(launch);
            await api.WaitAsync(id, p => (int)p["completed_count"]! == 1);
            await WaitForAsync(receiver, spans => spans.Any(s => s.Name.StartsWith("POST", StringComparison.Ordinal)) && spans.Any(s => s.Name == "launching"));
            host.Kill();
            host.Start();
            await api.WaitUntilUpAsync();
            await File.WriteAllTextAsync(go, "", Cancel);
            JsonObject decision = await api.WaitForDecisionAsync(id);
            await api.ResolveAsync((string)decision["decision_id"]!, "reject");
            await api.WaitForEndAsync(id);
            await WaitForAsync(receiver, spans => spans.Any(s => s.Name == "project a project"));
        }

        ReceivedSpan request = Assert.Single(receiver.Spans, s => s.Name.StartsWith("POST", StringComparison.Ordinal) && s.Name.Contains("launch", StringComparison.Ordinal));
        ReceivedSpan[] trace = [.. receiver.Spans.Where(s => s.Trace == request.Trace)];
        ReceivedSpan project = Assert.Single(trace, s => s.Name == "project a project");
        Assert.Equal((request.Id, true), (project.Parent, project.Failed));

        ReceivedSpan[] phases = [.. trace.Where(s => s.Parent == project.Id)];
        Assert.Equal(["launching", "waiting", "analyzing", "merging", "building", "testing"], phases.Select(s => s.Name));
        AssertParts(trace, phases, "waiting", "agent feature-dev", 2);
        AssertParts(trace, phases, "merging", "merge", 1);
        AssertParts(trace, phases, "building", "build", 1);
        ReceivedSpan test = AssertParts(trace, phases, "testing", "test", 2);
        Assert.True(test.Failed);
        AssertParts(trace, phases, "testing", "decision test_failure", 1);
        Assert.All(trace.Where(s => phases.Contains(s)), s => Assert.InRange(s.From, project.From, s.Until));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Metrics_tell_what_the_pipeline_did_to_those_who_may_read()
    {
        await using HostSetup host = await HostSetup.StartAsync("ORCHESTRA_API_KEYS=ops:operate:operating-key-11,dash:read:reading-key-22222");
        using TestRepository repository = TestRepository.Create();
        using var http = new HttpClient { BaseAddress = host.Address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/metrics", Cancel)).StatusCode);
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo 1 > a"));
        launch["build_command"] = "true";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/gm/launch") { Content = new StringContent(launch.ToJsonString()) };
        request.Headers.Add("x-functions-key", "operating-key-11");
        Assert.Equal(HttpStatusCode.Accepted, (await http.SendAsync(request, Cancel)).StatusCode);

        http.DefaultRequestHeaders.Add("x-functions-key", "reading-key-22222");
        string metrics = "";
        string[] expected =
        [
            "orchestra_projects_started_total{", "orchestra_projects_ended_total{", "outcome=\"completed\"", "orchestra_agents_ended_total{", "orchestra_merges_total{",
            "result=\"merged\"", "orchestra_gate_duration_seconds_bucket{", "kind=\"build\"", "orchestra_sockets_open", "durabletask_turn_duration_seconds_bucket{",
            "http_server_request_duration_seconds_bucket{",
        ];
        await Eventually.TrueAsync(
            async () => expected.All((metrics = await http.GetStringAsync("/metrics", Cancel)).Contains), () => $"Missing: {string.Join(", ", expected.Where(e => !metrics.Contains(e, StringComparison.Ordinal)))}\n{metrics}");
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_named()
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => HostSetup.StartAsync("OTEL_EXPORTER_OTLP_ENDPOINT=collector"));
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT is 'collector'", refused.Message);
    }

    private static ReceivedSpan AssertParts(ReceivedSpan[] trace, ReceivedSpan[] phases, string phase, string name, int count)
    {
        ReceivedSpan whole = phases.Single(p => p.Name == phase);
        ReceivedSpan[] parts = [.. trace.Where(s => s.Name == name)];
        Assert.Equal(count, parts.Length);
        Assert.All(parts, p => Assert.Equal(whole.Id, p.Parent));
        return parts[0];
    }

    private static Task WaitForAsync(OtlpReceiver receiver, Func<ReceivedSpan[], bool> condition) => Eventually.TrueAsync(
        () => condition(receiver.Spans), () => $"Received: {string.Join(", ", receiver.Spans.Select(s => s.Name))}");
}
