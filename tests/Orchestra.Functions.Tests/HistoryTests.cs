using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Orchestra.DurableTask;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>
/// Histories of projects that ran once, replayed with the orchestrators as they are now. One that disagrees means that projects which run
/// while this version is brought in would fail: docs/versioning.md says what to do then.
/// </summary>
public sealed class HistoryTests
{
    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Histories"), "*.json").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Recorded_projects_are_replayed_without_a_difference(string file)
    {
        string data = Directory.CreateTempSubdirectory("orchestra-history-").FullName;
        using (IHost host = OrchestraHost.Build(["--ORCHESTRA_DATA", data, "--Logging:LogLevel:Default", "Warning"]))
        {
            string? difference = RecordedHistory.Replay(host.Services, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Histories", file)));
            Assert.True(difference is null, $"{difference}\nRead docs/versioning.md.");
        }

        Directory.Delete(data, recursive: true);
    }

    [Theory(Explicit = true)]
    [InlineData("landed")]
    [InlineData("mended")]
    [InlineData("cancelled")]
    [InlineData("retried")]
    [InlineData("blocked")]
    [InlineData("raised")]
    [InlineData("lost")]
    [InlineData("stranded")]
    [InlineData("ended")]
    public async Task Record(string scenario)
    {
        using var repository = TestRepository.CreateEmpty();
        repository.Write("list.txt", "base\n");
        repository.Commit("base");
        await using HostSetup host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}");
        using var api = new OrchestraApi(host.Address);
        await RunAsync(scenario, api, repository);

        string root = Path.GetFullPath(Path.Combine(SourceFolder(), "..", "..")) + "/";
        string target = Directory.CreateDirectory(Path.Combine(SourceFolder(), "Histories")).FullName;
        int number = 0;
        foreach (RecordedHistory history in await EmbeddedJournal.ReadHistoriesAsync(Path.Combine(host.DataFolder, "taskhub.db"), TestContext.Current.CancellationToken))
        {
            // Agents differ only in their ends, of which this scenario has all.
            if (history.Orchestrator == "AgentOrchestrator" && scenario is not ("cancelled" or "raised"))
                continue;

            // Folders of the machine that recorded say nothing to others.
            string json = history.Json
                .Replace(repository.Folder, "/repository", StringComparison.Ordinal)
                .Replace(host.DataFolder, "/data", StringComparison.Ordinal)
                .Replace(root, "", StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(target, $"{scenario}-{number++}-{history.Orchestrator}.json"), json);
        }
    }

    private static async Task RunAsync(string scenario, OrchestraApi api, TestRepository repository)
    {
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt"), OrchestraApi.Agent("true"), OrchestraApi.Agent("echo left > list.txt"));
        switch (scenario)
        {
            case "landed":
                launch["agents"]!.AsArray().Add(OrchestraApi.Agent("echo right > list.txt"));
                launch["build_command"] = "test -f list.txt";
                launch["test_command"] = "! grep -n '<<<<' list.txt";
                launch["fix_command"] = Command("printf 'left\\nright\\n' > list.txt");
                await AnswerAsync(api, await api.LaunchAsync(launch), "approve");
                break;
            case "mended":
                launch["build_command"] = "grep -q mended state.txt";
                launch["fix_command"] = Command("echo mended > state.txt");
                await AnswerAsync(api, await api.LaunchAsync(launch), "approve");
                break;
            case "cancelled":
                launch["agents"]!.AsArray().Add(OrchestraApi.Agent("echo begun; exec sleep 1000"));
                string running = await api.LaunchAsync(launch);
                await api.WaitAsync(running, p => p["sessions"]!.AsArray().Any(s => (string?)s!["last_line"] == "begun"));
                await api.PostAsync($"/api/gm/projects/{running}/cancel", "");
                await api.WaitForEndAsync(running);
                break;
            case "lost":
                launch["agents"]!.AsArray().Add(OrchestraApi.Agent("echo begun; exec sleep 1000"));
                string crippled = await api.LaunchAsync(launch);
                JsonObject working = await api.WaitAsync(crippled, p => p["sessions"]!.AsArray().Any(s => (string?)s!["last_line"] == "begun"));
                string agent = (string)working["sessions"]!.AsArray().Single(s => (string?)s!["last_line"] == "begun")!["session_id"]!;
                await api.PostAsync($"/runtime/webhooks/durabletask/instances/{agent}/terminate?reason=lost", "");
                await api.WaitForEndAsync(crippled);
                break;
            case "stranded":
                launch["build_command"] = "exit 3";
                string stranded = await api.LaunchAsync(launch);
                await api.WaitForDecisionAsync(stranded);
                await api.PostAsync($"/runtime/webhooks/durabletask/instances/{stranded}/terminate?reason=stranded", "");
                await api.PostAsync($"/api/gm/projects/{stranded}/cancel", "");
                await api.WaitForEndAsync(stranded);
                break;
            case "ended":
                var session = (JsonObject)launch["agents"]![0]!;
                session["command"]!["argv"]![3] = "echo begun; exec sleep 1000";
                string alone = (string)(await api.PostAsync("/api/teams/launch", new JsonObject
                {
                    ["team_name"] = "feature-dev", ["task_description"] = "A task", ["repo_path"] = repository.Folder, ["command"] = session["command"]!.DeepClone(),
                }.ToJsonString())).Body["session_id"]!;
                await WaitAsync(api, alone, s => (string?)s["last_line"] == "begun");
                await api.PostAsync($"/runtime/webhooks/durabletask/instances/{alone}/terminate?reason=ended", "");
                await api.PostAsync($"/api/teams/{alone}/cancel", "");
                await WaitAsync(api, alone, s => s["completed_at"] is not null);
                break;
            case "retried":
                launch["build_command"] = "exit 3";
                string failed = await api.LaunchAsync(launch);
                await AnswerAsync(api, failed, "reject");
                await api.PostAsync($"/api/gm/projects/{failed}/retry", """{"build_command": "true"}""");
                await api.WaitForEndAsync(failed);
                break;
            case "raised":
                launch["agents"] = new JsonArray(new JsonObject { ["team"] = "feature-dev", ["task"] = "run: echo a > a.txt\nresult: \"subtype\":\"error_max_turns\",\"is_error\":true", ["max_turns"] = 3, ["client_mode"] = "claude-code" });
                await AnswerAsync(api, await api.LaunchAsync(launch), "approve");
                break;
            default:
                repository.Write("list.txt", "unsaved\n");
                string blocked = await api.LaunchAsync(launch);
                await api.WaitForDecisionAsync(blocked);
                repository.Git("checkout", "--", "list.txt");
                await AnswerAsync(api, blocked, "approve");
                break;
        }
    }

    private static async Task AnswerAsync(OrchestraApi api, string project, string answer)
    {
        JsonObject decision = await api.WaitForDecisionAsync(project);
        await api.ResolveAsync((string)decision["decision_id"]!, answer);
        await api.WaitForEndAsync(project);
    }

    private static Task WaitAsync(OrchestraApi api, string session, Func<JsonNode, bool> condition) => Eventually.TrueAsync(
        async () => condition((await api.GetAsync($"/api/teams/{session}")).Body), () => "The session did not get there.");

    private static JsonObject Command(string script) => new() { ["argv"] = new JsonArray("/bin/sh", "-c", script) };

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
