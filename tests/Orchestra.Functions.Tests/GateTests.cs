using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>When a gate's failure counts, and when a gate need not run.</summary>
public sealed class GateTests(HostFixture host) : IClassFixture<HostFixture>
{
    private OrchestraApi Api => host.Api;

    [Fact]
    public async Task A_failure_by_chance_is_recorded_and_asks_nobody()
    {
        using TestRepository repository = TestRepository.Create();
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["test_command"] = "test -f .git-seen || { touch .git-seen; exit 1; }; rm .git-seen";
        repository.Commit("ignore", (".gitignore", ".git-seen\n"));
        JsonObject project = await Api.WaitForEndAsync(await Api.LaunchAsync(launch));

        Assert.Equal("completed", (string)project["phase"]!);
        Assert.Empty(project["decisions"]!.AsArray());
        Assert.Equal([(false, 1), (true, 2)], project["gates"]!.AsArray().Select(g => ((bool)g!["success"]!, (int)g["attempt"]!)));
    }

    [Fact]
    public async Task What_passed_on_the_same_files_is_not_run_again()
    {
        using TestRepository repository = TestRepository.Create();
        string count = Path.Combine(host.DataFolder, $"count-{Guid.NewGuid():N}");
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > x.txt"));
        launch["build_command"] = "true";
        launch["test_command"] = $"echo run >> {count}";
        foreach (bool again in (bool[])[false, true])
        {
            JsonObject project = await Api.WaitForEndAsync(await Api.LaunchAsync(launch));
            Assert.Equal("completed", (string)project["phase"]!);
            Assert.All(project["gates"]!.AsArray(), g => Assert.Equal(again, (bool)g!["reused"]!));
            Assert.Equal("run\n", File.ReadAllText(count));
            repository.Git("reset", "--quiet", "--hard", "HEAD^");
        }
    }
}
