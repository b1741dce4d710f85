using System.Net;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>The merge plan: what conflicts with what, and made anew after a resolution.</summary>
public sealed class PlanTests(HostFixture host) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task The_plan_says_who_conflicts_with_whom_and_is_made_again_after_a_resolution()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(
            repository.Folder,
            OrchestraApi.Agent("sed -i 's/1/hub/; s/9/hub/' a.txt"),
            OrchestraApi.Agent("sed -i s/1/top/ a.txt"),
            OrchestraApi.Agent("sed -i s/9/end/ a.txt"),
            OrchestraApi.Agent("sed -i s/1/first/ a.txt"));
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "echo mine > a.txt") };
        string id = await host.Api.LaunchAsync(launch);
        JsonObject decision = await host.Api.WaitForDecisionAsync(id);
        string[] sessions = [.. (await host.Api.ProjectAsync(id))["sessions"]!.AsArray().Select(s => (string)s!["session_id"]!)];
        JsonNode plan = await PlanAsync(id);

        Assert.Equal(1, (int)plan["revision"]!);
        Assert.Equal([true, true, false, false], plan["branches"]!.AsArray().Select(b => (bool)b!["clean"]!));
        JsonNode hub = plan["branches"]![3]!;
        Assert.Equal("a.txt", (string)hub["files"]![0]!);
        Assert.Equal(3, hub["conflicts"]!.AsArray().Count);
        Assert.Contains("3 of the others, in 3 places", (string)hub["why"]!);
        Assert.Contains((string)hub["conflicts"]![0]!["with"]!, sessions);
        Assert.Equal(["merged", "merged"], plan["settled"]!.AsArray().Select(s => (string)s!["merge_result"]!));

        await host.Api.ResolveAsync((string)decision["decision_id"]!, "approve");
        await host.Api.WaitAsync(id, p => p["decisions"]!.AsArray().Count == 2);
        plan = await PlanAsync(id);
        Assert.Equal(2, (int)plan["revision"]!);
        JsonNode last = Assert.Single(plan["branches"]!.AsArray())!;
        Assert.Equal((string)hub["session_id"]!, (string)last["session_id"]!);
        Assert.Equal(3, (int)last["position"]!);
        Assert.Null(last["conflicts"]![0]!["with"]);
        Assert.Equal((string)(await host.Api.ProjectAsync(id))["integration_commit"]!, (string)plan["head"]!);
        await host.Api.ResolveAsync((string)OrchestraApi.Pending(await host.Api.ProjectAsync(id))!["decision_id"]!, "reject");
        Assert.Equal("completed", (string)(await host.Api.WaitForEndAsync(id))["phase"]!);
    }

    [Fact]
    public async Task Before_the_agents_end_there_is_no_plan()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await host.Api.GetAsync("/api/gm/projects/20260101-000000-abcdef/plan")).Status);
        using TestRepository repository = TestRepository.Create();
        string id = await host.Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("exec sleep 1000")));
        var (status, body) = await host.Api.GetAsync($"/api/gm/projects/{id}/plan");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("has no merge plan", (string)body["detail"]!);
        await host.Api.PostAsync($"/api/gm/projects/{id}/cancel", "");
        await host.Api.WaitForEndAsync(id);
    }

    private async Task<JsonNode> PlanAsync(string id)
    {
        var (status, plan) = await host.Api.GetAsync($"/api/gm/projects/{id}/plan");
        Assert.Equal(HttpStatusCode.OK, status);
        return plan;
    }
}
