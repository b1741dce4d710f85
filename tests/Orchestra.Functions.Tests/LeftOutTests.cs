using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>What an agent left and must not be committed is told to people.</summary>
public sealed class LeftOutTests(HostFixture host) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task A_session_names_what_was_not_committed()
    {
        using var repository = TestRepository.CreateEmpty();
        repository.Write("list.txt", "base\n");
        repository.Commit("base");

        JsonObject project = await host.Api.WaitForEndAsync(await host.Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo KEY=1 > .env; echo x > x.txt; git init --quiet nested; echo y > nested/y"))));
        JsonNode session = project["sessions"]![0]!;

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal([".env (looks like a secret)", "nested (nested repository)"], session["left_out"]!.AsArray().Select(l => (string)l!).Order());
        Assert.Equal(["x.txt"], session["files_changed"]!.AsArray().Select(f => (string)f!));
        JsonNode told = (await host.Api.GetAsync($"/api/events?project={project["id"]}&types=agent_completed")).Body["events"]![0]!;
        Assert.Equal(2, told["left_out"]!.AsArray().Count);
    }
}
