using System.Text.RegularExpressions;
using Orchestra.Testing;

namespace Orchestra.Cli.Tests;

/// <summary>Sessions without a project, as users type them.</summary>
public sealed partial class TeamCommandTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly TestRepository repository = TestRepository.Create();

    [Fact]
    public async Task A_session_is_launched_watched_and_merged()
    {
        Command launched = await LaunchAsync("Write two\nrun: echo said; echo two > new.txt");

        Assert.True(launched.ExitCode == 0, launched.Output + launched.Error);
        Assert.Contains("new.txt", launched.Output);
        Assert.Contains("): completed", launched.Output);
        string id = Id().Match(launched.Output).Value;
        Assert.Contains("+two", (await RunAsync("diff", id)).Output);
        Assert.Contains("said", (await RunAsync("output", id, "--follow")).Output);
        Command merged = await RunAsync("merge", id);
        Assert.True(merged.ExitCode == 0, merged.Error);
        Assert.Equal("two\n", repository.Read("new.txt"));
        Assert.Contains(", merged", (await RunAsync("show", id)).Output);
        Assert.Equal(1, (await RunAsync("merge", id)).ExitCode);
        Assert.Contains(id, (await RunAsync("list", "--team", "feature-dev")).Output);
    }

    [Fact]
    public async Task Discarded_work_stays_under_a_ref_and_a_running_agent_is_cancelled()
    {
        string discarded = Id().Match((await LaunchAsync("Write\nrun: echo two > new.txt")).Output).Value;
        Assert.Contains($"refs/orchestra/kept/{discarded}", (await RunAsync("discard", discarded)).Output);
        Assert.Contains("two", repository.Show($"refs/orchestra/kept/{discarded}", "new.txt"));

        string held = Id().Match((await RunAsync("launch", "hold", "Sleep", "--repo", repository.Folder)).Output).Value;
        Assert.Equal(0, (await RunAsync("cancel", held)).ExitCode);
        Command ended = await RunAsync("output", held, "--follow");
        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.Contains("hold", (await RunAsync("list", "--teams")).Output);
    }

    [Theory]
    [InlineData("team_name", "launch", "nobody", "Do")]
    [InlineData("task_description", "launch", "feature-dev", "")]
    [InlineData("client_mode", "launch", "feature-dev", "Do", "--mode", "telepathy")]
    [InlineData("no session 'x'", "show", "x")]
    [InlineData("no session 'x'", "output", "x")]
    [InlineData("no session '--", "diff", "--", "--x")]
    public async Task Wrong_use_names_what_is_wrong(string message, params string[] arguments)
    {
        Command wrong = await RunAsync(arguments);

        Assert.True(wrong.ExitCode == 1, wrong.Output);
        Assert.Contains(message, wrong.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", wrong.Error);
    }

    [Fact]
    public async Task The_orchestrator_says_what_it_can_be_started_with()
    {
        Command status = await Command.RunAsync(host.Address, "orchestrator", "status");
        Assert.True(status.ExitCode == 0, status.Error);
        Assert.Contains("monitoring", status.Output);
        Command wrong = await Command.RunAsync(host.Address, "orchestrator", "start", "nothing");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("mode", wrong.Error);
    }

    public void Dispose() => repository.Dispose();

    private Task<Command> LaunchAsync(string task) => RunAsync("launch", "feature-dev", task, "--repo", repository.Folder, "--mode", "claude-code", "--wait");

    private Task<Command> RunAsync(params string[] arguments) => Command.RunAsync(host.Address, ["team", .. arguments]);

    [GeneratedRegex(@"\d{8}-\d{6}-[0-9a-f]{6}")]
    private static partial Regex Id();
}
