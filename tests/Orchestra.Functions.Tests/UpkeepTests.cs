using System.Text.Json.Nodes;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Storage;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Finding lost work again, and clearing away only what is not lost.</summary>
public sealed class UpkeepTests(HostFixture host) : IClassFixture<HostFixture>
{
    private const string Unknown = "20200101-000000-abcdef";

    private OrchestraApi Api => host.Api;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_discarded_session_is_recovered_from_its_kept_ref()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await EndedSessionAsync(repository, "echo a > a.txt");
        JsonNode before = (await Api.GetAsync($"/api/teams/{id}/recover")).Body;
        Assert.Equal(["worktree", "branch"], before["sources"]!.AsArray().Select(s => (string)s!["kind"]!));
        Assert.Equal(repository.Git("rev-parse", $"team/{id}"), (string)before["commit"]!);

        await Api.PostAsync($"/api/teams/{id}/discard", "");
        JsonNode after = (await Api.GetAsync($"/api/teams/{id}/recover")).Body;
        Assert.Equal("kept", (string)after["sources"]!.AsArray().Single()!["kind"]!);
        Assert.Equal("a", repository.Git("show", $"{(string)after["commit"]!}:a.txt"));

        repository.Git("update-ref", "-d", $"refs/orchestra/kept/{id}");
        Assert.Equal(409, (int)(await Api.GetAsync($"/api/teams/{id}/recover")).Status);
        Assert.Equal(404, (int)(await Api.GetAsync($"/api/teams/{Unknown}/recover")).Status);
    }

    [Fact]
    public async Task The_doctor_cleans_what_is_kept_and_leaves_the_rest()
    {
        using TestRepository repository = TestRepository.CreateList();
        string project = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt")));
        JsonObject ended = await Api.WaitForEndAsync(project);
        string merged = (string)ended["sessions"]![0]!["session_id"]!;
        string waiting = await EndedSessionAsync(repository, "echo w > w.txt");
        // As after a crash of which neither store nor runtime knows anything.
        string orphan = Path.Combine(host.DataFolder, "worktrees", Unknown);
        repository.Git("worktree", "add", "-q", "-b", $"team/{Unknown}", orphan);
        File.WriteAllText(Path.Combine(orphan, "lost.txt"), "nearly lost\n");
        string foreign = Path.Combine(host.DataFolder, "worktrees", "20200101-000000-abcde0");
        Directory.CreateDirectory(foreign);
        File.WriteAllText(Path.Combine(foreign, "precious.txt"), "");
        repository.Git("update-ref", "refs/orchestra/wip/20200101-000000-abcde1", repository.Commit("on its own", ("x.txt", "x\n")));
        repository.Git("reset", "-q", "--hard", "HEAD~1");
        repository.Git("branch", "team/20200101-000000-abcde2", repository.Git("commit-tree", "-m", "only here", "HEAD^{tree}"));

        JsonNode[] found = await FindingsAsync();
        Assert.Equal("its owner is unknown", (string)Of(found, Unknown)["reason"]!);
        Assert.Null(Of(found, Unknown)["obstacle"]);
        Assert.NotNull(Of(found, "20200101-000000-abcde0")["obstacle"]);
        Assert.NotNull(Of(found, "refs/heads/team/20200101-000000-abcde2")["obstacle"]);
        Assert.Equal($"project {project} is completed", (string)Of(found, $"refs/heads/team/{merged}")["reason"]!);
        Assert.DoesNotContain(found, f => ((string)f["name"]!).EndsWith(waiting, StringComparison.Ordinal));
        Assert.True(Directory.Exists(orphan));

        await Api.PostAsync("/api/doctor/clean", "");

        Assert.False(Directory.Exists(orphan));
        Assert.Equal("nearly lost", repository.Git("show", $"refs/orchestra/kept/{Unknown}:lost.txt"));
        Assert.Equal("x", repository.Git("show", "refs/orchestra/kept/20200101-000000-abcde1:x.txt"));
        Assert.True(File.Exists(Path.Combine(foreign, "precious.txt")));
        Assert.Equal(
            ["refs/heads/main", "refs/heads/team/20200101-000000-abcde2", $"refs/heads/team/{waiting}"],
            repository.Git("for-each-ref", "--format=%(refname)", "refs/heads").Split('\n').Where(r => !r.EndsWith(Unknown, StringComparison.Ordinal)).Order());

        // The branch of the orphan is held by its kept ref now.
        await Api.PostAsync("/api/doctor/clean", "");
        Assert.Equal("", repository.Git("for-each-ref", $"refs/heads/team/{Unknown}"));
        Assert.Equal(["20200101-000000-abcde0", "refs/heads/team/20200101-000000-abcde2"], (await FindingsAsync()).Select(f => (string)f["name"]!));
        Assert.Equal(200, (int)(await Api.PostAsync($"/api/teams/{waiting}/merge", "")).Status);
        Directory.Delete(foreign, recursive: true);
    }

    [Fact]
    public async Task What_was_kept_long_enough_is_told_and_then_pruned()
    {
        using TestRepository repository = TestRepository.CreateList();
        string old = await EndedSessionAsync(repository, "echo a > a.txt");
        string young = await EndedSessionAsync(repository, "echo b > b.txt");
        string kept = (string)(await Api.PostAsync($"/api/teams/{old}/discard", "")).Body["kept_commit"]!;
        await Api.PostAsync($"/api/teams/{young}/discard", "");
        Assert.Empty((await Api.PostAsync("/api/doctor/prune", "")).Body["pruned"]!.AsArray());

        // As if both had happened long ago, by what is looked at: the ref's log and the run's files.
        string log = Path.Combine(repository.Folder, ".git", "logs", "refs", "orchestra", "kept", old);
        string[] entry = File.ReadAllText(log).Split('\t');
        string[] words = entry[0].Split(' ');
        words[^2] = "1000000000";
        File.WriteAllText(log, $"{string.Join(' ', words)}\t{entry[1]}");
        string run = Path.Combine(host.DataFolder, "runs", old);
        DateTime then = new(2001, 9, 9, 0, 0, 0, DateTimeKind.Utc);
        foreach (string file in Directory.GetFiles(run))
            File.SetLastWriteTimeUtc(file, then);
        Directory.SetLastWriteTimeUtc(run, then);

        JsonArray pruned = (await Api.PostAsync("/api/doctor/prune", "")).Body["pruned"]!.AsArray();

        Assert.Equal([$"refs/orchestra/kept/{old}", old], pruned.Select(p => (string)p!["name"]!).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal("", repository.Git("for-each-ref", $"refs/orchestra/kept/{old}"));
        Assert.NotEqual("", repository.Git("for-each-ref", $"refs/orchestra/kept/{young}"));
        Assert.False(Directory.Exists(run));
        Assert.True(Directory.Exists(Path.Combine(host.DataFolder, "runs", young)));
        JsonNode told = (await Api.GetAsync("/api/events?after=0&types=pruned")).Body["events"]!.AsArray().Single(e => (string)e!["kind"]! == "kept")!;
        Assert.Equal(kept, (string)told["commit"]!);
        Assert.Equal(old, (string)told["session_id"]!);
        Assert.Equal("a", repository.Git("show", $"{kept}:a.txt"));
    }

    [Fact]
    public async Task Events_are_pruned_up_to_the_first_that_is_young_or_of_something_that_runs()
    {
        using TestRepository folders = TestRepository.CreateEmpty();
        Directory.CreateDirectory(folders.DataFolder);
        using var tables = new SqliteTableStore(Path.Combine(folders.DataFolder, "state.db"));
        await new ProjectStore(tables).SaveProjectAsync(new ProjectRecord { ProjectId = Unknown, ProjectName = "old", RepoPath = "/nowhere", Phase = "waiting" }, Cancel);
        NewEvent[] old = [.. Enumerable.Range(1, 130).Select(n => NewEvent.Of(
            $"old/{n}", EventChannels.Gm, EventTypes.GmProgress, null, n == 121 ? Unknown : null, null, DateTime.UnixEpoch))];
        var log = new EventLog(tables);
        await log.AppendAsync(old, Cancel);
        await using HostSetup own = await HostSetup.StartAsync($"ORCHESTRA_DATA={folders.DataFolder}");
        using var api = new OrchestraApi(own.Address);

        Assert.Equal(200, (int)(await api.PostAsync("/api/doctor/prune", "")).Status);

        JsonNode page = (await api.GetAsync("/api/events?after=0")).Body;
        Assert.Equal((121, 10), ((int)page["first"]!, page["events"]!.AsArray().Count));
        Assert.Null(await log.FindAsync("old/120", Cancel));
        await new ProjectStore(tables).SaveProjectAsync(new ProjectRecord { ProjectId = Unknown, ProjectName = "old", RepoPath = "/nowhere", Phase = "completed" }, Cancel);
        await log.AppendAsync([NewEvent.Of("young", EventChannels.Gm, EventTypes.GmProgress, null, null, null, DateTime.UtcNow)], Cancel);

        Assert.Equal(200, (int)(await api.PostAsync("/api/doctor/prune", "")).Status);

        page = (await api.GetAsync("/api/events?after=0")).Body;
        Assert.Equal(131, (int)page["first"]!);
        Assert.NotNull(await log.FindAsync("young", Cancel));
    }

    private async Task<JsonNode[]> FindingsAsync() => [.. (await Api.GetAsync("/api/doctor")).Body["findings"]!.AsArray().Select(f => f!)];

    private static JsonNode Of(JsonNode[] findings, string name) => findings.Single(f => (string)f["name"]! == name);

    private async Task<string> EndedSessionAsync(TestRepository repository, string script)
    {
        var launch = new JsonObject
        {
            ["team_name"] = "feature-dev",
            ["task_description"] = "A task",
            ["repo_path"] = repository.Folder,
            ["command"] = OrchestraApi.Agent(script)["command"]!.DeepClone(),
        };
        string id = (string)(await Api.PostAsync("/api/teams/launch", launch.ToJsonString())).Body["session_id"]!;
        JsonNode session = new JsonObject();
        await Eventually.TrueAsync(
            async () => (session = (await Api.GetAsync($"/api/teams/{id}")).Body)["completed_at"] is not null,
            () => session.ToJsonString());
        return id;
    }
}
