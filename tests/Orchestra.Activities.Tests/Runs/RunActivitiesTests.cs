using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Agents;
using Orchestra.Activities.Gates;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>The activities as the host composes them, on a real repository.</summary>
public sealed class RunActivitiesTests : RunFixture
{
    private const string ProjectId = "20260101-000000-abcdef";

    private readonly ServiceProvider services;
    private readonly string repository;
    private readonly string first;

    public RunActivitiesTests()
    {
        services = new ServiceCollection().AddLogging().AddSingleton(Data).AddOrchestraGit().AddOrchestraRuns().BuildServiceProvider();
        repository = InWork("repository");
        Directory.CreateDirectory(repository);
        Git(repository, "init", "--quiet", "-b", "main");
        first = Commit("one");
    }

    private RunActivities Activities => services.GetRequiredService<RunActivities>();

    [Fact]
    public async Task An_agent_gets_its_prompt_on_standard_input_or_in_an_argument()
    {
        AgentRun run = new(RunId, null, repository, repository, "Hello", new AgentCommand(["cat"]), 60, null);

        RunResult byInput = await Activities.RunAgent(run, Test);
        RunResult byArgument = await Activities.RunAgent(
            run with { RunId = RunId + "b", Command = new AgentCommand(["echo", "-p", "{prompt}!"]) }, Test);

        Assert.Equal("Hello", byInput.OutputTail);
        Assert.Equal("-p Hello!\n", byArgument.OutputTail);
    }

    [Fact]
    public async Task An_agent_that_starts_over_finds_its_base_commit_and_its_work_is_kept()
    {
        string worktree = Data.Worktree(RunId);
        Git(repository, "worktree", "add", "--quiet", "-b", "team/x", worktree);
        AgentRun run = new(RunId, null, repository, worktree, "", new AgentCommand(["/bin/sh", "-c", "ls; cat file"]), 60, first);
        new RunFolder(Data.Run(RunId)).Begin(null, DateTimeOffset.UtcNow);
        File.WriteAllText(Path.Combine(worktree, "file"), "half done");
        File.WriteAllText(Path.Combine(worktree, "new"), "also half done");
        File.WriteAllText(Path.Combine(repository, ".git/worktrees", RunId, "index.lock"), "");

        RunResult result = await Activities.RunAgent(run, Test);

        Assert.Equal("file\none\n", result.OutputTail);
        Assert.Equal("half done", Git(repository, "show", $"{RefNames.Wip(RunId)}:file"));
        Assert.Equal("also half done", Git(repository, "show", $"{RefNames.Wip(RunId)}:new"));
    }

    [Fact]
    public async Task A_gate_sees_exactly_its_commit_and_keeps_ignored_files_warm()
    {
        string second = Commit("two", ignore: "cache");

        RunResult old = await Activities.RunGate(Gate("a", first, "cat file; ls"), Test);
        RunResult dirtying = await Activities.RunGate(Gate("b", second, "cat file; echo x >file; touch stray cache"), Test);
        RunResult clean = await Activities.RunGate(Gate("c", second, "cat file; ls"), Test);

        Assert.Equal("one\nfile\n", old.OutputTail);
        Assert.Equal(RunStatus.Completed, dirtying.Status);
        Assert.Equal("two\ncache\nfile\n", clean.OutputTail);
        Assert.Equal("two\n", File.ReadAllText(Path.Combine(repository, "file")));
    }

    [Fact]
    public async Task A_failing_gate_fails()
    {
        RunResult result = await Activities.RunGate(Gate("a", first, "echo red; exit 1"), Test);

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Equal("red\n", result.OutputTail);
    }

    [Theory]
    [InlineData("rm .git")]
    [InlineData("rm -r \"$PWD\"")]
    [InlineData("touch \"$(git rev-parse --git-path index.lock)\"")]
    [InlineData("echo junk >\"$(git rev-parse --git-path index)\"")]
    public async Task A_worktree_that_a_gate_broke_is_mended(string damage)
    {
        await Activities.RunGate(Gate("a", first, damage), Test);

        RunResult result = await Activities.RunGate(Gate("b", first, "cat file && git status --porcelain"), Test);

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal("one\n", result.OutputTail);
    }

    [Fact]
    public async Task A_gate_that_passed_is_not_run_again()
    {
        GateInput gate = Gate("a", first, "echo run >>../../runs/count; true");

        await Activities.RunGate(gate, Test);
        await Activities.RunGate(gate, Test);

        Assert.Equal("run\n", File.ReadAllText(Path.Combine(Data.Root, "runs/count")));
    }

    [Fact]
    public async Task A_pass_counts_for_the_same_files_and_command_only()
    {
        GateInput gate = Gate("a", first, "echo ran; test -f file") with { Reuse = true };
        Assert.False((await Activities.RunGate(gate, Test)).Reused);
        string same = Commit("one"); // nothing to commit but the message
        Assert.True((await Activities.RunGate(gate with { RunId = RunId + "b", Commit = same }, Test)).Reused);
        Assert.False((await Activities.RunGate(gate with { RunId = RunId + "c", Command = "echo ran; test -e file" }, Test)).Reused);
        Assert.False((await Activities.RunGate(gate with { RunId = RunId + "d", Commit = Commit("two") }, Test)).Reused);
        Assert.False((await Activities.RunGate(gate with { RunId = RunId + "e", Commit = same, RequireTests = true }, Test)).Reused);

        // A build that tests depend on is made again unless the tests are spared, too.
        GateInput build = gate with { RunId = RunId + "f", Kind = "build" };
        await Activities.RunGate(build, Test);
        Assert.False((await Activities.RunGate(build with { RunId = RunId + "g", Then = "test -r file" }, Test)).Reused);
        Assert.True((await Activities.RunGate(build with { RunId = RunId + "h", Then = gate.Command }, Test)).Reused);
    }

    [Fact]
    public async Task A_failure_is_never_reused()
    {
        GateInput gate = Gate("a", first, "exit 1") with { Reuse = true };
        await Activities.RunGate(gate, Test);
        Assert.Equal(RunStatus.Failed, (await Activities.RunGate(gate with { RunId = RunId + "b" }, Test)).Status);
    }

    [Theory]
    [InlineData("echo 'collected 0 items'", null, false)]
    [InlineData("echo 'collected 0 items'; yes | head -n 100000; echo '3 passed in 0.1s'", null, true)]
    [InlineData("echo 'all fine'", null, true)]
    [InlineData("echo 'all fine'", "[1-9] checks", false)]
    [InlineData("echo '7 checks'", "[1-9] checks", true)]
    public async Task A_test_command_without_tests_can_be_a_failure(string command, string? pattern, bool passes)
    {
        GateInput gate = Gate("a", first, command) with { RequireTests = true, TestsRanPattern = pattern };
        RunResult result = await Activities.RunGate(gate, Test);
        Assert.Equal(passes ? RunStatus.Completed : RunStatus.Failed, result.Status);
        Assert.Equal(passes, result.Error is null);
        Assert.Equal(RunStatus.Completed, (await Activities.RunGate(gate with { RunId = RunId + "b", Kind = "build" }, Test)).Status);
    }

    [Theory]
    [InlineData("No test is available in /x/a.dll. Make sure that", false)]
    [InlineData("No test is available in /x/a.dll.\nPassed!  - Failed: 0, Passed: 12, Skipped: 0", true)]
    [InlineData("?   \texample.org/x\t[no test files]", false)]
    [InlineData("?   \texample.org/x\t[no test files]\nok  \texample.org/y\t0.003s", true)]
    [InlineData("ok  \texample.org/y\t0.003s [no tests to run]", false)]
    [InlineData("running 3 tests\nrunning 0 tests", true)]
    [InlineData("running 0 tests\nrunning 0 tests", false)]
    [InlineData("# tests 0\n# pass 0", false)]
    [InlineData("ℹ tests 4\nℹ pass 4", true)]
    [InlineData("Tests run: 0, Failures: 0", false)]
    [InlineData("Ran 0 tests in 0.000s\n\nOK", false)]
    [InlineData("0 examples, 0 failures", false)]
    [InlineData("10 examples, 0 failures", true)]
    public void Runners_say_it_in_their_own_words(string output, bool ran) => Assert.Equal(ran, TestEvidence.RanNone(output) is null);

    private GateInput Gate(string suffix, string commit, string command) =>
        new(ProjectId, RunId + suffix, "test", repository, commit, command, 60);

    private string Commit(string content, string? ignore = null)
    {
        File.WriteAllText(Path.Combine(repository, "file"), content + "\n");
        if (ignore is not null) File.WriteAllText(Path.Combine(repository, ".gitignore"), ignore + "\n");
        Git(repository, "add", "--all");
        Git(repository, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "--quiet", "--allow-empty", "-m", content);
        return Git(repository, "rev-parse", "HEAD").Trim();
    }

    private static string Git(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using Process git = Process.Start(start)!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
