using System.Net;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Bad input gets a 4xx that names the field, and leaves nothing behind.</summary>
public sealed class BadInputTests(HostFixture host) : IClassFixture<HostFixture>
{
    [Theory]
    [InlineData("", 400, "body")]
    [InlineData("{", 400, "body")]
    [InlineData("[]", 400, "body")]
    [InlineData("null", 400, "body")]
    [InlineData("""{"project_name":"x","repo_path":"/","agents":[]}""", 422, "agents")]
    [InlineData("""{"project_name":"x","repo_path":"/"}""", 422, "agents")]
    [InlineData("""{"project_name":"x","repo_path":"/","agents":{}}""", 400, "agents")]
    [InlineData("""{"project_name":"x","repo_path":"/","agents":[1]}""", 400, "agents[0]")]
    [InlineData("""{"project_name":"x","repo_path":"/","agents":[{"team":5,"task":"t"}]}""", 400, "agents[0].team")]
    [InlineData("""{"project_name":"x","repo_path":"/","agents":[{"team":"nobody","task":"t"}]}""", 422, "agents[0].team")]
    [InlineData("""{"project_name":"x","repo_path":"/","agents":[{"team":"feature-dev","task":" "}]}""", 422, "agents[0].task")]
    [InlineData("""{"project_name":"","repo_path":"/","agents":[{"team":"feature-dev","task":"t"}]}""", 422, "project_name")]
    [InlineData("""{"project_name":"x","agents":[{"team":"feature-dev","task":"t"}]}""", 422, "repo_path")]
    [InlineData("""{"project_name":"x","repo_path":7,"agents":[{"team":"feature-dev","task":"t"}]}""", 400, "repo_path")]
    [InlineData("""{"project_name":"x","repo_path":"/","agnets":[]}""", 400, "agnets")]
    [InlineData("""{"project_name":"x","repo_path":"relative","agents":[{"team":"feature-dev","task":"t"}]}""", 422, "repo_path")]
    [InlineData("""{"project_name":"x","repo_path":"--upload-pack=x","agents":[{"team":"feature-dev","task":"t"}]}""", 422, "repo_path")]
    [InlineData("""{"project_name":"x","repo_path":"/no/such/folder","agents":[{"team":"feature-dev","task":"t"}]}""", 422, "repo_path")]
    [InlineData("""{"project_name":"x","repo_path":"/proc","agents":[{"team":"feature-dev","task":"t"}]}""", 422, "repo_path")]
    public async Task Launch_names_the_field(string body, int status, string field)
    {
        var answer = await host.Api.PostAsync("/api/gm/launch", body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(field, (string)answer.Body["field"]!);
        Assert.NotEmpty((string)answer.Body["detail"]!);
        Assert.Equal(0, (int)(await host.Api.GetAsync("/api/gm/projects")).Body["total"]!);
    }

    [Fact]
    public async Task A_repository_without_commit_is_refused()
    {
        using var repository = TestRepository.CreateEmpty();
        await RefusedAsync(repository, "commit");
    }

    [Fact]
    public async Task A_repository_in_the_middle_of_a_merge_is_refused()
    {
        using var repository = TestRepository.CreateEmpty();
        repository.Write("a", "1");
        repository.Commit("one");
        File.WriteAllText(Path.Combine(repository.Folder, ".git", "MERGE_HEAD"), repository.Git("rev-parse", "HEAD"));
        await RefusedAsync(repository, "merge");
    }

    [Fact]
    public async Task A_repository_in_the_middle_of_a_rebase_is_refused()
    {
        using var repository = TestRepository.CreateEmpty();
        repository.Write("a", "1");
        repository.Commit("one");
        Directory.CreateDirectory(Path.Combine(repository.Folder, ".git", "rebase-merge"));
        await RefusedAsync(repository, "rebase");
    }

    [Theory]
    [InlineData("/api/gm/projects/nope")]
    [InlineData("/api/gm/projects/20260101-000000-abcdef")]
    [InlineData("/api/gm/projects/..%2f..%2fetc")]
    public async Task Unknown_projects_are_404(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await host.Api.GetAsync(path)).Status);

    [Theory]
    [InlineData("PUT", "/api/gm/projects", "GET")]
    [InlineData("GET", "/api/gm/launch", "POST")]
    [InlineData("DELETE", "/api/gm/projects/20260101-000000-abcdef", "GET")]
    [InlineData("GET", "/API/teams/20260101-000000-abcdef/cancel", "POST")]
    public async Task A_path_that_does_not_take_the_verb_says_which_it_takes(string verb, string path, string takes)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal([takes], response.Content.Headers.Allow);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    /// <summary>Nothing of ours runs before the web server has read line and headers: it answers by itself.</summary>
    [Theory]
    [InlineData(HttpStatusCode.RequestUriTooLong, 9_000, 0)]
    [InlineData(HttpStatusCode.RequestHeaderFieldsTooLarge, 0, 40_000)]
    public async Task A_request_too_long_to_be_read_ends_with_its_connection(HttpStatusCode status, int query, int header)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/gm/projects?x={new string('x', query)}");
        request.Headers.Add("x-long", new string('x', header));
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((status, true, 0L), (response.StatusCode, response.Headers.ConnectionClose, response.Content.Headers.ContentLength));
        Assert.Equal(HttpStatusCode.OK, (await host.Api.GetAsync("/api/gm/projects")).Status);
    }

    [Theory]
    [InlineData("""{"action":"perhaps"}""", 422)]
    [InlineData("""{}""", 422)]
    [InlineData("""{"action":"approve","extra":1}""", 400)]
    [InlineData("""{"action":"approve"}""", 404)]
    public async Task Resolving_says_what_is_wrong(string body, int status) =>
        Assert.Equal(status, (int)(await host.Api.PostAsync("/api/gm/decisions/20260101-000000-abcdef/resolve", body)).Status);

    private async Task RefusedAsync(TestRepository repository, string word)
    {
        string before = repository.Git("for-each-ref");
        var answer = await host.Api.PostAsync(
            "/api/gm/launch", OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("true")).ToJsonString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Equal("repo_path", (string)answer.Body["field"]!);
        Assert.Contains(word, (string)answer.Body["detail"]!, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, repository.Git("for-each-ref"));
    }
}
