using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Agents;
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

    private GateInput Gate(string suffix, string commit, string command) =>
        new(ProjectId, RunId + suffix, "test", repository, commit, command, 60);

    private string Commit(string content, string? ignore = null)
    {
        File.WriteAllText(Path.Combine(repository, "file"), content + "\n");
        if (ignore is not null) File.WriteAllText(Path.Combine(repository, ".gitignore"), ignore + "\n");
        Git(repository, "add", "--all");
        Git(repository, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", content);
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
