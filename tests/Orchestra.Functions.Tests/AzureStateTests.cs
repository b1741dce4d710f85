using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>The pipeline end to end with its state in Azure Tables.</summary>
public sealed class AzureStateTests
{
    [Fact]
    public async Task The_pipeline_runs_with_its_state_in_azure_tables()
    {
        await using AzuriteServer azurite = await AzuriteServer.StartNewAsync();
        await using HostSetup host = await HostSetup.StartAsync("ORCHESTRA_STORAGE=azure", $"AzureWebJobsStorage={azurite.ConnectionString}");
        using var api = new OrchestraApi(host.Address);
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent("echo left > list.txt"), OrchestraApi.Agent("echo right > list.txt"), OrchestraApi.Agent("echo b > b.txt"));
        launch["build_command"] = "test -f list.txt";
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("/bin/sh", "-c", "printf 'left\\nright\\n' > list.txt") };
        string id = await api.LaunchAsync(launch);

        JsonObject decision = await api.WaitForDecisionAsync(id);
        await api.ResolveAsync((string)decision["decision_id"]!, "approve");
        JsonObject project = await api.WaitForEndAsync(id);

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Equal(3, (int)project["merged_count"]!);
        Assert.Equal("left\nright", repository.Git("show", "main:list.txt"));
        Assert.Contains(id, (await api.GetAsync("/api/gm/projects")).Body.ToJsonString());
        Assert.False(File.Exists(Path.Combine(host.DataFolder, "state.db")));
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", "ORCHESTRA_STORAGE=azure", "AzureWebJobsStorage=")]
    [InlineData("floppy", "ORCHESTRA_STORAGE=floppy")]
    public async Task A_storage_that_cannot_be_is_refused_at_the_start(string named, params string[] settings)
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => HostSetup.StartAsync(settings));
        Assert.Contains(named, refused.Message);
    }
}
