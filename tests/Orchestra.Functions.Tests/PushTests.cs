using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>What has landed is pushed, never by force; what git refuses is said in its words.</summary>
public sealed class PushTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task The_landed_commit_goes_to_the_remote_and_only_forward()
    {
        using TestRepository repository = TestRepository.CreateList();
        string remote = Path.Combine(repository.Root, "remote.git");
        repository.Git("init", "-q", "--bare", remote);
        repository.Git("remote", "add", "origin", remote);
        (string id, string landed) = await LandAsync(repository, "echo a > a.txt");
        // Not what the person has on top of it.
        repository.Write("mine.txt", "mine\n");
        repository.Commit("mine");

        var pushed = await Api.PostAsync($"/api/gm/projects/{id}/push", "");
        Assert.Equal(200, (int)pushed.Status);
        Assert.Contains("main", (string)pushed.Body["output"]!);
        Assert.Equal(landed, repository.GitIn(remote, "rev-parse", "main"));
        Assert.Equal(200, (int)(await Api.PostAsync($"/api/gm/projects/{id}/push", """{"branch": "other/name"}""")).Status);
        Assert.Equal(landed, repository.GitIn(remote, "rev-parse", "other/name"));

        // Ahead, but it has what was landed.
        repository.Git("push", "-q", "origin", "main");
        Assert.Contains("already", (string)(await Api.PostAsync($"/api/gm/projects/{id}/push", "")).Body["output"]!);

        // Elsewhere: refused, and the remote stays as it is.
        string elsewhere = repository.GitIn(remote, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit-tree", "-m", "elsewhere", "main^{tree}");
        repository.GitIn(remote, "update-ref", "refs/heads/main", elsewhere);
        var refused = await Api.PostAsync($"/api/gm/projects/{id}/push", "");
        Assert.Equal(409, (int)refused.Status);
        Assert.Contains("rejected", (string)refused.Body["detail"]!);
        Assert.Equal(elsewhere, repository.GitIn(remote, "rev-parse", "main"));
    }

    [Fact]
    public async Task A_remote_that_asks_for_a_login_is_refused_at_once()
    {
        using TestRepository repository = TestRepository.CreateList();
        using var server = new LoginServer();
        repository.Git("remote", "add", "origin", server.Url);
        (string id, _) = await LandAsync(repository, "echo a > a.txt");
        var refused = await Api.PostAsync($"/api/gm/projects/{id}/push", "");
        Assert.Equal(409, (int)refused.Status);
        Assert.Contains("fatal", (string)refused.Body["detail"]!);
    }

    [Theory]
    [InlineData("""{"remote": "nowhere"}""", 409, "remote")]
    [InlineData("""{"remote": "ext::sh -c true"}""", 409, "remote")]
    [InlineData("""{"remote": "--receive-pack=x"}""", 409, "remote")]
    [InlineData("""{"remote": 1}""", 400, "remote")]
    [InlineData("""{"branch": "a..b"}""", 422, "branch")]
    [InlineData("""{"branch": "-x"}""", 422, "branch")]
    [InlineData("""{"force": true}""", 400, "force")]
    [InlineData("""{"pull_request": true}""", 422, "pull_request")]
    [InlineData("""{"pull_request": "x"}""", 400, "pull_request")]
    public async Task Bad_input_names_the_field(string body, int status, string field)
    {
        using TestRepository repository = TestRepository.CreateList();
        repository.Git("remote", "add", "origin", repository.Root);
        (string id, _) = await LandAsync(repository, "echo a > a.txt");
        var answer = await Api.PostAsync($"/api/gm/projects/{id}/push", body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(field, (string)answer.Body["field"]!);
    }

    [Fact]
    public async Task A_pull_request_is_asked_for_by_the_configured_command()
    {
        string config = HostSetup.Config(
            "pipeline:\n  pull_request_command: test \"$ORCHESTRA_BRANCH\" != refused || { echo no; exit 3; }; echo \"$ORCHESTRA_TITLE $ORCHESTRA_REMOTE $ORCHESTRA_BRANCH $ORCHESTRA_TARGET $ORCHESTRA_COMMIT $ORCHESTRA_PROJECT\"\n");
        await using HostSetup own = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={config}");
        using var api = new OrchestraApi(own.Address);
        using TestRepository repository = TestRepository.CreateList();
        string remote = Path.Combine(repository.Root, "remote.git");
        repository.Git("init", "-q", "--bare", remote);
        repository.Git("remote", "add", "origin", remote);
        string id = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo a > a.txt")));
        string landed = (string)(await api.WaitForEndAsync(id))["landed_commit"]!;

        var asked = await api.PostAsync($"/api/gm/projects/{id}/push", """{"branch": "topic", "pull_request": true}""");
        Assert.Equal($"a project origin topic main {landed} {id}", ((string)asked.Body["pull_request"]!).Trim());
        var refused = await api.PostAsync($"/api/gm/projects/{id}/push", """{"branch": "refused", "pull_request": true}""");
        Assert.Equal(409, (int)refused.Status);
        Assert.Contains("is pushed to origin/refused, but", (string)refused.Body["detail"]!);
        Assert.Equal(landed, repository.GitIn(remote, "rev-parse", "refused"));
        Assert.Null((await api.PostAsync($"/api/gm/projects/{id}/push", """{"branch": "topic"}""")).Body["pull_request"]);
        File.Delete(config);
    }

    [Fact]
    public async Task Nothing_landed_is_nothing_to_push()
    {
        using TestRepository repository = TestRepository.CreateList();
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("exit 1")));
        await Api.WaitForEndAsync(id);
        Assert.Equal(409, (int)(await Api.PostAsync($"/api/gm/projects/{id}/push", "")).Status);
        Assert.Equal(404, (int)(await Api.PostAsync("/api/gm/projects/20200101-000000-abcdef/push", "")).Status);
    }

    private async Task<(string Id, string Landed)> LandAsync(TestRepository repository, string script)
    {
        string id = await Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent(script)));
        JsonObject project = await Api.WaitForEndAsync(id);
        return (id, (string)project["landed_commit"]!);
    }
}
