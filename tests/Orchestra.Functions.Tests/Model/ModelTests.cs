using System.Globalization;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests.Model;

/// <summary>
/// Random agents, answers, commits of a person, kills of the host, retries, merges by hand and landings taken back; what must hold is checked
/// after each project. MODEL_ROUNDS says how many, MODEL_SEED which.
/// </summary>
public sealed class ModelTests : IDisposable
{
    // About as many events as a small project has.
    private const int LastDisturbed = 24;

    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-model-").FullName;
    private readonly Random random;
    private static readonly string[] Markers = ["<<<<", "||||", "====", ">>>>"];

    public ModelTests()
    {
        int seed = Setting("MODEL_SEED", 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"MODEL_SEED={seed}");
        random = new Random(seed);
    }

    [Fact]
    public async Task Whatever_happens_main_has_exactly_what_was_accepted_and_nothing_is_lost()
    {
        int port = FreePort.Next();
        using var api = new OrchestraApi(new Uri($"http://127.0.0.1:{port}"));
        using var host = new HostProcess(Path.Combine(folder, "data"), port);
        host.Start();
        await api.WaitUntilUpAsync();
        for (int round = 0; round < Setting("MODEL_ROUNDS", 5); round++)
            await RoundAsync(host, api);
    }

    private async Task RoundAsync(HostProcess host, OrchestraApi api)
    {
        using var repository = TestRepository.CreateEmpty();
        ModelAgent[] agents = [.. Enumerable.Range(0, random.Next(1, 6)).Select(i => ModelAgent.Next(random, i))];
        var user = new ModelUser(repository, new Random(random.Next()));
        user.Begin(agents.Length);
        var invariants = new Invariants(api, repository, user);
        JsonObject launch = OrchestraApi.Launch(repository.Folder, [.. agents.Select(a => a.ToLaunch())]);
        if (random.Next(4) > 0)
            launch["build_command"] = "! test -f broken.txt";
        if (random.Next(2) == 0)
            launch["test_command"] = "! grep -n '^<<<<' shared.txt";
        launch["gates"] = random.Next(2) == 0 ? "each" : "batch";
        launch["fix_command"] = new JsonObject
        {
            ["argv"] = new JsonArray(
                "/bin/sh", "-c", "if grep -q '^<<<<' shared.txt; then grep -v -e '^<<<<' -e '^||||' -e '^====' -e '^>>>>' shared.txt > .s; mv .s shared.txt; else rm -f broken.txt; fi"),
        };
        string id = await api.LaunchAsync(launch);
        TestContext.Current.TestOutputHelper?.WriteLine($"{id}: {string.Join(" | ", agents.Select(a => a.Script))}");

        JsonObject project = await DriveAsync(host, api, user, id, cancels: random.Next(8) == 0);
        var byHand = new HashSet<string>(StringComparer.Ordinal);
        await invariants.CheckAsync(project, agents, byHand);
        if ((string)project["phase"]! != "completed" && (int)(await api.PostAsync($"/api/gm/projects/{id}/retry", """{"build_command": ""}""")).Status == 202)
        {
            project = await DriveAsync(host, api, user, id, cancels: false);
            await invariants.CheckAsync(project, agents, byHand);
        }

        if (random.Next(2) == 0)
            await UnlandAsync(host, api, user, repository, project, agents);
        else
            await MergeLeftoversAsync(api, project, byHand, () => invariants.CheckAsync(project, agents, byHand));
    }

    /// <summary>
    /// Lets the project run to its end, answers what it asks, and disturbs it. What comes after how many of its events is drawn beforehand,
    /// and answers by their place: how fast the machine is changes nothing of what a seed does.
    /// </summary>
    private async Task<JsonObject> DriveAsync(HostProcess host, OrchestraApi api, ModelUser user, string id, bool cancels)
    {
        Queue<(int After, string What)> disturbances = Disturbances(cancels);
        var answers = new Random(random.Next());
        int begin = await EventsAsync(api, id);
        while (true)
        {
            JsonObject project = await api.ProjectAsync(id);
            string seen = project.ToJsonString();
            int next = disturbances.TryPeek(out var disturbance) ? begin + disturbance.After : int.MaxValue;
            if (project["completed_at"] is not null)
                return project;
            if (await EventsAsync(api, id) >= next)
            {
                await DisturbAsync(disturbances.Dequeue().What, host, api, user, id);
                continue;
            }

            if (OrchestraApi.Pending(project) is { } decision)
                await api.ResolveAsync((string)decision["decision_id"]!, Answer(decision, answers));
            await Eventually.TrueAsync(
                async () => (await api.ProjectAsync(id)).ToJsonString() != seen || await EventsAsync(api, id) >= next,
                () => $"Nothing happens any more: {seen}");
        }
    }

    private Queue<(int After, string What)> Disturbances(bool cancels)
    {
        IEnumerable<string> all = [
            .. Enumerable.Repeat("commit", random.Next(4)), .. Enumerable.Repeat("kill", random.Next(3)), .. Enumerable.Repeat("cancel", cancels ? 1 : 0)];
        return new(all.Select(what => (After: random.Next(LastDisturbed), what)).OrderBy(d => d.After));
    }

    private static async Task DisturbAsync(string what, HostProcess host, OrchestraApi api, ModelUser user, string id)
    {
        switch (what)
        {
            case "kill":
                host.Kill();
                host.Start();
                await api.WaitUntilUpAsync();
                break;
            case "commit":
                await user.CommitAsync();
                break;
            default:
                await api.PostAsync($"/api/gm/projects/{id}/cancel", "");
                break;
        }
    }

    private static async Task<int> EventsAsync(OrchestraApi api, string id) =>
        (await api.GetAsync($"/api/events?project={id}&limit=1000")).Body["events"]!.AsArray().Count;

    /// <summary>Any answer that is offered, "approve" most of all; who resolves by hand has done so by then.</summary>
    private static string Answer(JsonNode decision, Random random)
    {
        if ((string?)decision["context"]!["worktree_path"] is { } path && File.Exists(Path.Combine(path, "shared.txt")))
        {
            string file = Path.Combine(path, "shared.txt");
            File.WriteAllLines(file, File.ReadAllLines(file).Where(line => !Markers.Any(line.StartsWith)));
        }

        JsonArray answers = decision["answers"]!.AsArray();
        return random.Next(2) == 0 ? "approve" : (string)answers[random.Next(answers.Count)]!;
    }

    private async Task UnlandAsync(
        HostProcess host, OrchestraApi api, ModelUser user, TestRepository repository, JsonObject project, ModelAgent[] agents)
    {
        string id = (string)project["project_id"]!;
        var answer = await api.PostAsync($"/api/gm/projects/{id}/unland", "");
        if ((int)answer.Status == 409)
            return;
        JsonObject ended = await DriveAsync(host, api, user, id, cancels: false);
        string[] tree = repository.Git("ls-tree", "--name-only", "main").Split('\n');
        bool undone = ended["unlanded_commit"] is not null;
        Assert.Equal("completed", (string)ended["phase"]!);
        Assert.True(undone != (ended["error_message"] is not null), ended.ToJsonString());
        Assert.Equal(undone, !agents.Any(a => tree.Contains(a.OwnFile)));
        Assert.All(user.Commits, commit => Assert.NotEqual("", repository.Git("for-each-ref", "refs/heads/main", "--contains", commit)));
        Assert.Equal(user.Unsaved, user.Status());
    }

    private static async Task MergeLeftoversAsync(OrchestraApi api, JsonObject project, HashSet<string> byHand, Func<Task> check)
    {
        foreach (JsonNode? session in project["sessions"]!.AsArray())
        {
            string id = (string)session!["session_id"]!;
            var merged = await api.PostAsync($"/api/teams/{id}/merge", "");
            Assert.Contains((int)merged.Status, new[] { 200, 409 });
            if ((int)merged.Status == 200)
                byHand.Add(id);
            await check();
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : standard;
}
