using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Agents;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>What is done around an agent's run: snapshots of its work, shared build caches.</summary>
public sealed class AgentSurroundingsTests : RunFixture
{
    private readonly TestRepository repository = TestRepository.CreateEmpty();
    private readonly string worktree;

    public AgentSurroundingsTests()
    {
        repository.Write("Cargo.toml", "[package]\n");
        repository.Write(".gitignore", "target/\n");
        repository.Commit("base");
        worktree = Data.Worktree(RunId);
        repository.Git("worktree", "add", "--quiet", "-b", "team/x", worktree);
    }

    [Fact]
    public async Task Uncommitted_work_is_kept_while_the_agent_works_and_the_agent_notices_nothing()
    {
        Task<RunResult> run = RunAsync(
            new RunsConfig { SnapshotSeconds = 1 },
            "echo work > new.txt; git add new.txt; echo more > untracked.txt; mkdir target; echo big > target/out; while [ ! -e ../go ]; do sleep 0.02; done; rm -r target; git status --porcelain");

        // The first snapshot may come before the agent has done it all.
        await UntilAsync(() => repository.Git("for-each-ref", RefNames.Wip(RunId)).Length > 0 && Kept().Contains("untracked.txt", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(worktree, "../go"), "");
        RunResult result = await run;

        Assert.Equal("A  new.txt\n?? untracked.txt\n", result.OutputTail);
        Assert.Equal(".gitignore\nCargo.toml\nnew.txt\nuntracked.txt", Kept());

        string Kept() => repository.Git("ls-tree", "-r", "--name-only", RefNames.Wip(RunId)).Trim();
    }

    [Fact]
    public async Task A_snapshot_that_fails_does_not_disturb_the_agent()
    {
        Task<RunResult> run = RunAsync(new RunsConfig { SnapshotSeconds = 1 }, "mv .git gone; sleep 1.5; mv gone .git; echo fine");

        Assert.Equal("fine\n", (await run).OutputTail);
    }

    [Fact]
    public async Task Builds_share_a_cache_and_what_they_left_in_the_worktree_goes()
    {
        RunResult result = await RunAsync(new RunsConfig(), "mkdir -p target/debug; echo x > target/debug/app; echo $CARGO_TARGET_DIR; test -d \"$(dirname \"$CARGO_TARGET_DIR\")\"");

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.StartsWith(Path.Combine(Data.Root, "caches"), result.OutputTail);
        Assert.EndsWith("/cargo\n", result.OutputTail);
        Assert.False(Directory.Exists(Path.Combine(worktree, "target")));
        RunResult gate = await Services(new RunsConfig()).RunGate(new GateInput(
            "20260101-000000-abcdef", RunId + "g", "build", repository.Folder, repository.Git("rev-parse", "HEAD"), "echo $CARGO_TARGET_DIR", 60), Test);
        Assert.Equal(result.OutputTail, gate.OutputTail);
    }

    [Fact]
    public async Task A_variable_that_the_command_sets_itself_stands()
    {
        RunResult result = await RunAsync(new RunsConfig(), "echo $CARGO_TARGET_DIR", new Dictionary<string, string> { ["CARGO_TARGET_DIR"] = "/own" });

        Assert.Equal("/own\n", result.OutputTail);
    }

    [Theory]
    [InlineData("mkdir target; echo x > target/kept; git add --force target/kept")]
    [InlineData("echo > .gitignore; mkdir target; echo x > target/kept")]
    [InlineData("mkdir ../elsewhere; echo x > ../elsewhere/kept; ln -s ../elsewhere target")]
    public async Task What_is_work_or_lies_elsewhere_is_never_removed(string script)
    {
        await RunAsync(new RunsConfig(), script);

        Assert.True(File.Exists(Path.Combine(worktree, "target", "kept")));
    }

    [Fact]
    public async Task Another_repository_has_no_cache_and_loses_no_folder()
    {
        RunResult result = await RunAsync(new RunsConfig(), "rm Cargo.toml; mkdir target; env | grep -c CARGO_TARGET_DIR");
        Assert.True(Directory.Exists(Path.Combine(worktree, "target")));
        Assert.Equal("1\n", result.OutputTail);

        RunResult off = await RunAsync(new RunsConfig { BuildCaches = [] }, "env | grep -c CARGO_TARGET_DIR", suffix: "b");
        Assert.Equal("0\n", off.OutputTail);
    }

    private Task<RunResult> RunAsync(RunsConfig config, string script, Dictionary<string, string>? environment = null, string suffix = "") =>
        Services(config).RunAgent(
            new AgentRun(RunId + suffix, null, repository.Folder, worktree, "", new AgentCommand(["/bin/sh", "-c", script], environment), 60, null), Test);

    private RunActivities Services(RunsConfig config) => new ServiceCollection()
        .AddLogging().AddSingleton(Data).AddSingleton(config).AddOrchestraGit().AddOrchestraRuns().BuildServiceProvider().GetRequiredService<RunActivities>();
}
