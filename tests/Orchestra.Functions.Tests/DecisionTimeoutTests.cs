using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>A decision that nobody answers in time answers itself, as the configuration says.</summary>
public sealed class DecisionTimeoutTests : IDisposable
{
    private readonly TestRepository repository = TestRepository.CreateList();

    public void Dispose() => repository.Dispose();

    [Theory]
    [InlineData("approve", "approved", "completed")]
    [InlineData("reject", "rejected", "failed")]
    public async Task Nobody_answers(string action, string status, string end)
    {
        await using HostSetup host = await HostSetup.StartAsync(
            $"ORCHESTRA_CONFIG={HostSetup.Config($"pipeline: {{decision_timeout_seconds: 1, decision_default: {action}}}\n")}");
        using OrchestraApi api = new(host.Address);

        JsonObject project = await api.WaitForEndAsync(await api.LaunchAsync(Failing()));

        Assert.Equal(end, (string)project["phase"]!);
        JsonNode decision = Assert.Single(project["decisions"]!.AsArray())!;
        Assert.Equal((status, action), ((string)decision["status"]!, (string)decision["default_action"]!));
        Assert.StartsWith("Nobody answered by", (string)decision["comment"]!, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1), (DateTime)decision["expires_at"]! - (DateTime)decision["created_at"]!);
        Assert.True((DateTime)decision["resolved_at"]! >= (DateTime)decision["expires_at"]!);
    }

    [Fact]
    public async Task Silence_approves_a_question_once()
    {
        await using HostSetup host = await HostSetup.StartAsync(
            $"ORCHESTRA_CONFIG={HostSetup.Config("pipeline: {decision_timeout_seconds: 1, decision_default: approve, max_fix_attempts: 2}\n")}");
        using OrchestraApi api = new(host.Address);
        JsonObject launch = Failing();
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-ec", "date +%N > other.txt") };

        JsonObject project = await api.WaitForEndAsync(await api.LaunchAsync(launch));

        Assert.Equal("failed", (string)project["phase"]!);
        Assert.Equal(["approved", "rejected"], project["decisions"]!.AsArray().Select(d => (string)d!["status"]!));
        Assert.Equal(["approve", "reject"], project["decisions"]!.AsArray().Select(d => (string)d!["default_action"]!));
    }

    [Fact]
    public async Task An_answer_in_time_stands_and_without_a_timeout_nothing_expires()
    {
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={HostSetup.Config("pipeline: {decision_timeout_seconds: 3600}\n")}");
        using OrchestraApi api = new(host.Address);
        string id = await api.LaunchAsync(Failing());

        JsonObject decision = await api.WaitForDecisionAsync(id);
        Assert.Equal("reject", (string)decision["default_action"]!);
        await api.ResolveAsync((string)decision["decision_id"]!, "approve");
        Assert.Equal("completed", (string)(await api.WaitForEndAsync(id))["phase"]!);

        await using HostSetup patient = await HostSetup.StartAsync();
        using OrchestraApi other = new(patient.Address);
        string waits = await other.LaunchAsync(Failing("other.txt"));
        Assert.Null((await other.WaitForDecisionAsync(waits))["expires_at"]);
        await other.PostAsync($"/api/gm/projects/{waits}/cancel", "");
        await other.WaitForEndAsync(waits);
    }

    private JsonObject Failing(string file = "mended.txt")
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x >> x.txt"));
        launch["build_command"] = $"test -e {file}";
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-ec", $"echo > {file}") };
        return launch;
    }
}
