using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>An agent whose own orchestration is ended from outside has failed, and nothing more.</summary>
public sealed class LostAgentTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task Two_agents_land_after_the_third_ones_orchestration_was_terminated()
    {
        using TestRepository repository = TestRepository.CreateList();
        string go = Path.Combine(repository.Root, "go");
        string wait = $"until test -f '{go}'; do sleep 0.02; done";
        string id = await Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent($"echo a > a.txt; {wait}"),
            OrchestraApi.Agent("echo lost > lost.txt; echo begun; exec sleep 1000"),
            OrchestraApi.Agent($"echo b > b.txt; {wait}")));
        JsonObject working = await Api.WaitAsync(id, p => p["sessions"]!.AsArray() is { Count: 3 } all && all.Any(s => (string?)s!["last_line"] == "begun"));
        string lost = (string)working["sessions"]!.AsArray().Single(s => (string?)s!["last_line"] == "begun")!["session_id"]!;

        Assert.Equal(202, (int)(await Api.PostAsync($"/runtime/webhooks/durabletask/instances/{lost}/terminate?reason=test", "")).Status);
        JsonObject project = await Api.WaitAsync(id, p => (int)p["failed_count"]! == 1 || p["completed_at"] is not null);
        Assert.Equal("waiting", (string)project["phase"]!);
        JsonNode session = project["sessions"]!.AsArray().Single(s => (string)s!["session_id"]! == lost)!;
        Assert.Equal(("failed", $"The orchestration '{lost}' was terminated."), ((string)session["status"]!, (string)session["error"]!));
        Assert.True(File.Exists(Path.Combine(host.DataFolder, "runs", lost, "result.json")));
        File.WriteAllText(go, "");
        project = await Api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal((2, 1, 2), ((int)project["completed_count"]!, (int)project["failed_count"]!, (int)project["merged_count"]!));
        Assert.Equal("a.txt\nb.txt\nlist.txt", repository.Git("ls-tree", "--name-only", "main"));
        Assert.Equal("lost", repository.Git("show", $"refs/orchestra/kept/{lost}:lost.txt"));
    }
}
