using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Orchestra.Core;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Every activity of every kind of project is run twice: the second run gives the same result, ids of commits included, and has no effect.</summary>
public sealed class TwiceTests
{
    private readonly ConcurrentDictionary<string, int> ran = new();
    private readonly ConcurrentQueue<string> differences = new();

    [Fact]
    public async Task A_second_run_of_an_activity_gives_the_same_and_does_nothing()
    {
        await using HostSetup host = await HostSetup.StartAsync(
            builder => builder.UseWhen(IsActivity, TwiceAsync));
        using var api = new OrchestraApi(host.Address);
        await ConflictsAndUnlandAsync(api);
        await RulesAndMovesAsync(api);
        await FixesAndRetryAsync(api);
        await LeftOutAsync(api);
        await StrandedAsync(api);

        Assert.True(differences.IsEmpty, string.Join("\n", differences));
        string[] never = [.. Names().Where(name => !ran.ContainsKey(name))];
        Assert.True(never.Length == 0, $"Not run by this test: {string.Join(", ", never)}.");
    }

    /// <summary>A conflict that an agent resolves, one that is skipped, and the landing taken back.</summary>
    private static async Task ConflictsAndUnlandAsync(OrchestraApi api)
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo 1 > list.txt"), OrchestraApi.Agent("echo 2 > list.txt"), OrchestraApi.Agent("echo 3 > list.txt"));
        launch["fix_command"] = Command("echo both > list.txt");
        string id = await api.LaunchAsync(launch);
        await AnswerAsync(api, id, "approve", "reject");
        JsonObject project = await api.WaitForEndAsync(id);
        Assert.Equal(2, (int)project["merged_count"]!);
        Assert.Equal("2", repository.Git("rev-list", "--count", "--merges", "main"));

        await api.PostAsync($"/api/gm/projects/{id}/unland", "");
        project = await api.WaitForEndAsync(id);
        Assert.Equal(repository.Git("rev-parse", "main"), (string)project["unlanded_commit"]!);
        Assert.Equal("base", repository.Git("show", "main:list.txt"));
    }

    /// <summary>Touching changes, a file that a program writes, and a target that moves.</summary>
    private static async Task RulesAndMovesAsync(OrchestraApi api)
    {
        using TestRepository repository = TestRepository.CreateList();
        repository.Write(".orchestra.yml", "pipeline:\n  generated_files:\n    - files: [parts.lock]\n      regenerate: sort parts.txt > parts.lock\n");
        repository.Write("parts.txt", "1\n2\n3\n4\n5\n");
        repository.Write("parts.lock", "base\n");
        repository.Commit("rules");
        string go = Path.Combine(repository.Root, "go");
        JsonObject launch = OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent("echo one >> list.txt"),
            OrchestraApi.Agent("echo two >> list.txt"),
            OrchestraApi.Agent("sed -i s/1/one/ parts.txt; echo one > parts.lock"),
            OrchestraApi.Agent($"sed -i s/5/five/ parts.txt; echo five > parts.lock; until test -f '{go}'; do sleep 0.02; done"));
        launch["test_command"] = "test -f list.txt";
        string id = await api.LaunchAsync(launch);
        await api.WaitAsync(id, p => (string)p["phase"]! == "waiting");
        repository.Write("mine.txt", "mine\n");
        repository.Commit("mine");
        File.WriteAllText(go, "");
        JsonObject project = await api.WaitForEndAsync(id);
        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(4, (int)project["merged_count"]!);
        Assert.Equal("base\none\ntwo", repository.Git("show", "main:list.txt"));
        Assert.Equal("2\n3\n4\nfive\none", repository.Git("show", "main:parts.lock"));
    }

    /// <summary>A build that an agent mends, one that stays broken, and a retry.</summary>
    private static async Task FixesAndRetryAsync(OrchestraApi api)
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo broken > state.txt"));
        launch["build_command"] = "grep -q mended state.txt";
        launch["test_command"] = "exit 3";
        launch["fix_command"] = Command("echo mended > state.txt");
        string id = await api.LaunchAsync(launch);
        await AnswerAsync(api, id, "approve", "reject");
        Assert.Equal("failed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        await api.PostAsync($"/api/gm/projects/{id}/retry", """{"test_command": "true"}""");
        Assert.Equal("completed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        // The base, the agent's commit, its merge and one fix.
        Assert.Equal("4", repository.Git("rev-list", "--count", "main"));
    }

    /// <summary>A branch whose gates fail is taken out of the integration branch again.</summary>
    private static async Task LeftOutAsync(OrchestraApi api)
    {
        using TestRepository repository = TestRepository.CreateList();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo 1 > sound.txt"), OrchestraApi.Agent("echo 2 > broken.txt"));
        launch["build_command"] = "! test -f broken.txt";
        string id = await api.LaunchAsync(launch);
        await AnswerAsync(api, id, "skip");
        Assert.Equal("completed", (string)(await api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("list.txt\nsound.txt", repository.Git("ls-tree", "--name-only", "main"));
    }

    /// <summary>A project that is cancelled after its orchestration and its agent's were terminated.</summary>
    private static async Task StrandedAsync(OrchestraApi api)
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt; echo begun; exec sleep 1000")));
        JsonObject working = await api.WaitAsync(id, p => p["sessions"]!.AsArray().Any(s => (string?)s!["last_line"] == "begun"));
        string session = (string)working["sessions"]![0]!["session_id"]!;
        foreach (string instance in (string[])[id, session])
            await api.PostAsync($"/runtime/webhooks/durabletask/instances/{instance}/terminate?reason=test", "");
        await api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        Assert.Equal("cancelled", (string)(await api.WaitForEndAsync(id))["phase"]!);
        Assert.Equal("a", repository.Git("show", $"refs/orchestra/kept/{session}:a.txt"));
    }

    private static bool IsActivity(FunctionContext context) =>
        context.FunctionDefinition.InputBindings.Values.Any(b => b.Type == "activityTrigger");

    private async Task TwiceAsync(FunctionContext context, Func<Task> next)
    {
        await next();
        string first = Json.Write(context.GetInvocationResult().Value);
        await next();
        string second = Json.Write(context.GetInvocationResult().Value);
        string name = context.FunctionDefinition.Name;
        ran.AddOrUpdate(name, 1, (_, n) => n + 1);
        if (first != second)
            differences.Enqueue($"{name}: {first} and then {second}");
    }

    private static IEnumerable<string> Names() =>
        typeof(ActivityNames).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetValue(null)!);

    private static async Task AnswerAsync(OrchestraApi api, string project, params string[] answers)
    {
        foreach (string answer in answers)
            await api.ResolveAsync((string)(await api.WaitForDecisionAsync(project))["decision_id"]!, answer);
    }

    private static JsonObject Command(string script) => new() { ["argv"] = new JsonArray("/bin/sh", "-c", script) };

    private static TestRepository Sample()
    {
        var repository = TestRepository.CreateEmpty();
        repository.Write("list.txt", "base\n");
        repository.Commit("base");
        return repository;
    }
}
