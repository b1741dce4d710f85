using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Agents.Sandboxes;
using Orchestra.Activities.Agents;
using Orchestra.Activities.Agents.Api;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>Agents in a sandbox of bubblewrap, on a real repository.</summary>
public sealed class SandboxTests : RunFixture
{
    private static readonly Bubblewrap Here = new(Environment.GetEnvironmentVariable("PATH"));

    private readonly TestRepository repository = TestRepository.CreateEmpty();
    private readonly string worktree;

    public SandboxTests()
    {
        repository.Write("list.txt", "base\n");
        repository.Commit("base");
        worktree = Data.Worktree(RunId);
        repository.Git("worktree", "add", "--quiet", "-b", "team/" + RunId, worktree);
    }

    [Fact]
    public async Task The_worktree_is_writable_and_git_commits_in_it()
    {
        RunResult result = await RunAsync(
            "echo new > new.txt; git add new.txt; git -c user.name=a -c user.email=a@b commit -q -m work; git status --porcelain; git log --format=%s -1; echo x > /tmp/$ORCHESTRA_RUN; cat /tmp/$ORCHESTRA_RUN");

        Assert.Equal("work\nx\n", result.OutputTail);
        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal("new", repository.Git("show", $"team/{RunId}:new.txt"));
        Assert.False(File.Exists($"/tmp/{RunId}"));
    }

    [Fact]
    public async Task The_rest_of_the_disk_is_not()
    {
        string secret = Path.Combine(Data.Root, "state.db");
        File.WriteAllText(secret, "secret");
        string common = Path.Combine(repository.Folder, ".git");
        string[] attempts =
        [
            $"echo x > '{repository.Folder}/list.txt'", $"echo x >> '{common}/config'", $"echo x > '{common}/hooks/post-commit'", $"echo x > '{common}/refs/heads/main'",
            $"echo x > '{common}/worktrees/{RunId}/commondir'", $"mv .git gone", "echo x > /etc/orchestra-test", "echo x > ~/orchestra-test",
            $"cat {secret}", $"echo x > {Work}/x", "git -C . update-ref refs/heads/main HEAD", "mount -o remount,rw /",
        ];

        RunResult result = await RunAsync(string.Join('\n', attempts.Select((a, i) => $"if ( {a} ) 2>/dev/null; then echo 'could: {i}'; fi")) + "\necho end");

        Assert.Equal("end\n", result.OutputTail);
        Assert.Equal("base\n", File.ReadAllText(Path.Combine(repository.Folder, "list.txt")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_network_is_a_switch(bool network)
    {
        RunResult result = await RunAsync("ls /sys/class/net | wc -l; readlink /proc/self/ns/net", new SandboxConfig { Mode = SandboxConfig.Required, Network = network });

        Assert.Equal(network, result.OutputTail.Contains(new FileInfo("/proc/self/ns/net").LinkTarget!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_folders_may_be_writable_or_empty()
    {
        string open = Directory.CreateDirectory(InWork("open")).FullName, hidden = Directory.CreateDirectory(InWork("hidden")).FullName;
        File.WriteAllText(Path.Combine(hidden, "key"), "");

        RunResult result = await RunAsync(
            $"touch {open}/made; ls {hidden}; echo $IS_SANDBOX", new SandboxConfig { Mode = SandboxConfig.Required, Writable = [open, InWork("none")], Hidden = [hidden] });

        Assert.Equal("1\n", result.OutputTail);
        Assert.True(File.Exists(Path.Combine(open, "made")));
    }

    [Fact]
    public async Task A_daemon_that_hides_from_every_look_ends_with_its_sandbox()
    {
        RunResult result = await RunAsync("(cd / && env -i setsid sleep 987654 &) ; exit 3");

        Assert.Equal(3, result.ExitCode);
        Assert.DoesNotContain(Processes.ProcessTable.All(), p => !p.IsZombie && CommandLine(p.Pid).Contains("987654", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_time_limit_lets_the_agent_clean_up_also_in_a_sandbox()
    {
        RunResult result = await RunAsync("trap 'echo tidy; exit 0' TERM; while :; do sleep 0.05; done", timeout: 5);

        Assert.Equal(RunStatus.TimedOut, result.Status);
        Assert.Contains("tidy\n", result.OutputTail);
        AssertNothingLeft();
    }

    [Fact]
    public async Task The_clients_own_state_is_a_folder_of_the_run()
    {
        RunResult result = await RunAsync("echo state > \"$CLAUDE_CONFIG_DIR/state\"; echo $CLAUDE_CONFIG_DIR", environment: new() { ["CLAUDE_CONFIG_DIR"] = "{home}" });

        string home = Data.ClientHome(RunId);
        Assert.Equal(home + "\n", result.OutputTail);
        Assert.Equal("state\n", File.ReadAllText(Path.Combine(home, "state")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(home).UnixFileMode);
    }

    [Fact]
    public async Task A_missing_program_is_told_as_without_a_sandbox()
    {
        SkipWithoutSandbox();
        RunResult result = await Services(new SandboxConfig { Mode = SandboxConfig.Required }, Here).RunAgent(Run(["no-such-program"], null, 60), Test);

        Assert.Contains("no-such-program was not found on PATH", result.Error);
    }

    [Fact]
    public async Task Without_bubblewrap_a_sandbox_that_is_demanded_is_an_error_and_one_that_is_not_is_done_without()
    {
        var nowhere = new Bubblewrap("/nowhere");
        AgentRun run = Run(["/bin/sh", "-c", "touch started"], null, 60);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Services(new SandboxConfig { Mode = SandboxConfig.Required }, nowhere).RunAgent(run, Test));
        Assert.Contains("Install bubblewrap", refused.Message);
        Assert.False(File.Exists(Path.Combine(worktree, "started")));

        Assert.Equal(RunStatus.Completed, (await Services(new SandboxConfig { Mode = SandboxConfig.Auto }, nowhere).RunAgent(run, Test)).Status);
    }

    [Fact]
    public async Task By_default_the_shell_of_an_api_agent_is_in_a_sandbox_and_other_clients_are_not()
    {
        SkipWithoutSandbox();
        string outside = InWork("outside.txt");
        using FakeMessagesApi api = new(
            FakeMessagesApi.Calls("bash", new { command = $"echo in > in.txt; if echo out > '{outside}'; then echo could; else echo could not; fi" }), FakeMessagesApi.Says("Done."));
        var config = new ApiConfig { BaseUrl = api.BaseUrl };
        RunActivities activities = Services(new SandboxConfig(), Here);

        RunResult sandboxed = await activities.RunAgent(Run([], null, 60) with { Prompt = "Go", Command = ApiCommands.Build(config, null, "") }, Test);

        Assert.True(sandboxed.Status == RunStatus.Completed, sandboxed.Error + sandboxed.OutputTail);
        Assert.Equal("in\n", File.ReadAllText(Path.Combine(worktree, "in.txt")));
        Assert.False(File.Exists(outside));
        Assert.Contains("could not", api.Requests.Last()["messages"]!.ToJsonString());
        RunResult open = await activities.RunAgent(Run(["/bin/sh", "-c", $"echo out > '{outside}'"], null, 60) with { RunId = RunId + "2" }, Test);
        Assert.Equal((RunStatus.Completed, true), (open.Status, File.Exists(outside)));
    }

    [Theory]
    [InlineData(SandboxConfig.Api)]
    [InlineData(SandboxConfig.Auto)]
    public async Task Where_there_can_be_no_sandbox_an_api_agent_has_an_editor_and_no_shell(string mode)
    {
        string outside = InWork("outside.txt");
        using FakeMessagesApi api = new(
            FakeMessagesApi.Calls("bash", new { command = $"echo out > '{outside}'" }),
            FakeMessagesApi.Calls("str_replace_based_edit_tool", new { command = "create", path = outside, file_text = "out" }),
            FakeMessagesApi.Calls("str_replace_based_edit_tool", new { command = "create", path = "in.txt", file_text = "in" }), FakeMessagesApi.Says("Done."));

        RunResult result = await RunApiAsync(api, mode);

        Assert.Equal((RunStatus.Completed, "in"), (result.Status, File.ReadAllText(Path.Combine(worktree, "in.txt"))));
        Assert.False(File.Exists(outside));
        Assert.Equal(["str_replace_based_edit_tool"], api.Requests.First()["tools"]!.AsArray().Select(t => (string)t!["name"]!));
        Assert.Contains("no shell", (string)api.Requests.First()["system"]!);
        Assert.Contains("There is no tool 'bash'", api.Requests.Last()["messages"]!.ToJsonString(Relaxed));
    }

    [Fact]
    public async Task Only_a_sandbox_that_is_switched_off_gives_a_shell_that_is_not_confined()
    {
        string outside = InWork("outside.txt");
        using FakeMessagesApi api = new(FakeMessagesApi.Calls("bash", new { command = $"echo out > '{outside}'" }), FakeMessagesApi.Says("Done."));

        Assert.Equal(RunStatus.Completed, (await RunApiAsync(api, SandboxConfig.Off)).Status);

        Assert.True(File.Exists(outside));
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Task<RunResult> RunApiAsync(FakeMessagesApi api, string mode) => Services(new SandboxConfig { Mode = mode }, new Bubblewrap("/nowhere")).RunAgent(
        Run([], null, 60) with { Prompt = "Go", Command = ApiCommands.Build(new ApiConfig { BaseUrl = api.BaseUrl }, null, "") }, Test);

    private async Task<RunResult> RunAsync(string script, SandboxConfig? config = null, Dictionary<string, string>? environment = null, int timeout = 60)
    {
        SkipWithoutSandbox();
        return await Services(config ?? new SandboxConfig { Mode = SandboxConfig.Required }, Here).RunAgent(Run(["/bin/sh", "-c", script], environment, timeout), Test);
    }

    private static void SkipWithoutSandbox() => Assert.SkipWhen(Here.Obstacle is not null, Here.Obstacle ?? "");

    private AgentRun Run(string[] argv, Dictionary<string, string>? environment, int timeout) =>
        new(RunId, null, repository.Folder, worktree, "", new AgentCommand(argv, environment), timeout, null);

    private RunActivities Services(SandboxConfig config, Bubblewrap bubblewrap) => new ServiceCollection()
        .AddLogging().AddSingleton(Data).AddSingleton(new RunsConfig { Sandbox = config }).AddSingleton(bubblewrap)
        .AddSingleton(new ClientVariables(name => name == "ANTHROPIC_API_KEY" ? "sk-test-0123456789" : null))
        .AddOrchestraGit().AddOrchestraRuns().BuildServiceProvider().GetRequiredService<RunActivities>();

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return ""; // it has just ended
        }
    }
}
