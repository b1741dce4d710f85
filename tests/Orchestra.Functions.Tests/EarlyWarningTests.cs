using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Functions.Upkeep;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Conflicts that are coming are told while the agents still work.</summary>
public sealed class EarlyWarningTests
{
    [Fact]
    public async Task What_agents_have_so_far_is_tried_against_each_other_and_the_target()
    {
        string config = HostSetup.Config("runs:\n  snapshot_seconds: 1\n");
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={config}");
        using var api = new OrchestraApi(host.Address);
        using var repository = TestRepository.CreateEmpty();
        repository.Write("list.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        repository.Commit("base");
        string go = Path.Combine(repository.Root, "go");
        string wait = $"until test -f '{go}'; do sleep 0.05; done";
        string id = await api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent($"sed -i s/1/uncommitted/ list.txt; {wait}"),
            OrchestraApi.Agent($"sed -i s/1/committed/ list.txt; git -c user.name=a -c user.email=a@example.org commit -qam own; {wait}"),
            OrchestraApi.Agent($"sed -i s/9/last/ list.txt; {wait}"),
            OrchestraApi.Agent($"echo apart > apart.txt; {wait}")));

        JsonNode[] risks = await LookUntilAsync(host, api, id, 1);
        Assert.Equal(["list.txt"], risks[0]["files"]!.AsArray().Select(f => (string)f!));
        Assert.Equal(1, (int)risks[0]["hunks"]!);
        Dictionary<string, string> agents = (await api.ProjectAsync(id))["sessions"]!.AsArray()
            .ToDictionary(s => ((string)s!["task_description"]!).Split(' ', ';')[4], s => (string)s!["session_id"]!);
        Assert.Equal(new[] { agents["s/1/uncommitted/"], agents["s/1/committed/"] }.Order(), new[] { (string)risks[0]["session_id"]!, (string)risks[0]["with"]! }.Order());

        // A person commits to the target what the third agent changes, too.
        repository.Write("list.txt", "1\n2\n3\n4\n5\n6\n7\n8\nmine\n");
        repository.Commit("mine");
        risks = await LookUntilAsync(host, api, id, 2);
        Assert.Equal(agents["s/9/last/"], (string)Assert.Single(risks, r => r["with"] is null)["session_id"]!);
        Assert.Equal("waiting", (string)(await api.ProjectAsync(id))["phase"]!);

        await host.Services.GetRequiredService<EarlyWarning>().LookAsync(TestContext.Current.CancellationToken);
        JsonNode events = (await api.GetAsync($"/api/events?project={id}&limit=1000")).Body;
        Assert.Equal(2, events["events"]!.AsArray().Count(e => (string?)e!["event"] == "merge_risk"));
        await api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        JsonObject ended = await api.WaitForEndAsync(id);
        Assert.Empty(ended["risks"]!.AsArray());
        File.Delete(config);
    }

    private static async Task<JsonNode[]> LookUntilAsync(HostSetup host, OrchestraApi api, string id, int count)
    {
        JsonNode[] risks = [];
        await Eventually.TrueAsync(
            async () =>
            {
                await host.Services.GetRequiredService<EarlyWarning>().LookAsync(TestContext.Current.CancellationToken);
                risks = [.. (await api.ProjectAsync(id))["risks"]!.AsArray().Select(r => r!)];
                return risks.Length == count;
            },
            () => $"{count} risks were expected, not {string.Join(", ", risks.Select(r => r.ToJsonString()))}");
        return risks;
    }
}
