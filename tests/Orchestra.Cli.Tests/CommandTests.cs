using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestra.Testing;

namespace Orchestra.Cli.Tests;

/// <summary>The commands as users type them, against a host.</summary>
public sealed partial class CommandTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private const string Edit = "sed -i s/^2$/two/ a.txt";

    private readonly TestRepository repository = TestRepository.Create();

    [Fact]
    public async Task A_project_is_launched_followed_shown_and_taken_back()
    {
        Command launched = await RunAsync("launch", host.LaunchFile("Whole way", repository.Folder, Edit, "true"), "--wait");

        Assert.True(launched.ExitCode == 0, launched.Output + launched.Error);
        Assert.Contains("phase    completed", launched.Output);
        Assert.Equal("1\ntwo\n3\n4\n5\n6\n7\n8\n9\n", repository.Read("a.txt"));
        string id = ProjectId(launched);
        Assert.Contains(id, (await RunAsync("projects")).Output);

        Command unlanded = await RunAsync("unland", id, "--wait");

        Assert.True(unlanded.ExitCode == 0, unlanded.Output + unlanded.Error);
        Assert.Contains("taken back by", (await RunAsync("show", id)).Output);
        Assert.Equal("1\n2\n3\n4\n5\n6\n7\n8\n9\n", repository.Read("a.txt"));
    }

    [Fact]
    public async Task A_conflict_is_rejected_by_its_project_and_the_work_is_recovered()
    {
        Command launched = await RunAsync("launch", host.LaunchFile("Conflict", repository.Folder, "echo one > a.txt", "echo other > a.txt"));
        string id = ProjectId(launched);
        Command shown;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Eventually.Patience);
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            shown = await RunAsync("show", id);
        }
        while (!shown.Output.Contains("merge_conflict", StringComparison.Ordinal));

        Command rejected = await RunAsync("reject", id, "--comment", "--no");

        Assert.True(rejected.ExitCode == 0, rejected.Error);
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            shown = await RunAsync("show", id);
        }
        while (!shown.Output.Contains(": completed", StringComparison.Ordinal));
        string skipped = SkippedSession().Match(shown.Output).Groups[1].Value;
        string folder = host.NewFolder();
        Command recovered = await RunAsync("recover", skipped, "--to", folder);
        Assert.True(recovered.ExitCode == 0, shown.Output + recovered.Error);
        Assert.Equal(["one\n", "other\n"], new[] { repository.Read("a.txt"), File.ReadAllText(Path.Combine(folder, "a.txt")) }.Order(StringComparer.Ordinal));
        Assert.Equal(1, (await RunAsync("reject", id)).ExitCode);
    }

    [Fact]
    public async Task A_failed_project_is_retried_with_one_more_agent()
    {
        Command launched = await RunAsync("launch", host.LaunchFile("Fails", repository.Folder, "exit 1"), "--wait");
        Assert.Equal(1, launched.ExitCode);
        string id = Id().Match(launched.Output).Value;
        Assert.Equal(1, (await RunAsync("retry", id)).ExitCode);

        Command retried = await RunAsync("retry", id, "--agent", "feature-dev:Add a file\nrun: echo x > x.txt", "--mode", "claude-code", "--wait");

        Assert.True(retried.ExitCode == 0, retried.Output + retried.Error);
        Assert.Equal("x\n", repository.Read("x.txt"));
    }

    [Fact]
    public async Task A_used_up_budget_is_raised_from_the_command_line()
    {
        string file = host.LaunchFile("Spends", repository.Folder, "true");
        JsonObject launch = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        launch["agents"] = new JsonArray(new JsonObject
        {
            ["team"] = "feature-dev", ["client_mode"] = "claude-code", ["max_turns"] = 3,
            ["task"] = "run: rm claude-arguments.txt; echo x > x.txt\nresult: \"subtype\":\"error_max_turns\",\"is_error\":true",
        });
        File.WriteAllText(file, launch.ToJsonString());
        string id = Id().Match((await RunAsync("launch", file)).Output).Value;
        using var limit = new CancellationTokenSource(Eventually.Patience);
        Command shown;
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            shown = await RunAsync("show", id);
        }
        while (!shown.Output.Contains("budget_exceeded", StringComparison.Ordinal) || !shown.Output.Contains("Waits: ", StringComparison.Ordinal));

        Assert.Contains("Allowed: 3 turns. Used: $0.0125 and 1 turn.", shown.Output);
        Assert.Matches(@"[0-9a-f]  Waits: A limit was reached: error_max_turns\. Decision \S+ asks for more\.", shown.Output);
        Assert.Equal(1, (await RunAsync("approve", id, "--max-turns", "1")).ExitCode);
        Command approved = await RunAsync("approve", id, "--max-turns", "9");

        Assert.True(approved.ExitCode == 0, approved.Error);
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            shown = await RunAsync("show", id);
        }
        while (!shown.Output.Contains(": completed", StringComparison.Ordinal));
        Assert.Equal("x\n", repository.Read("x.txt"));
    }

    [Fact]
    public async Task What_would_move_the_cursor_is_shown_and_not_obeyed()
    {
        Command launched = await RunAsync("launch", host.LaunchFile("a\u001b[2Jb\u202e\u0007", repository.Folder, "true"), "--wait");

        Assert.Equal(0, launched.ExitCode);
        Assert.Contains("a␛[2Jb\ufffd␇ (", launched.Output);
        Assert.DoesNotContain('\u001b', launched.Output);
    }

    [Theory]
    [InlineData(2, "show needs ID", "show")]
    [InlineData(2, "answer needs ANSWER", "answer", "x")]
    [InlineData(2, "--nope", "projects", "--nope")]
    [InlineData(2, "sing", "sing")]
    [InlineData(2, "--agent must be TEAM:TASK", "retry", "x", "--agent", "feature-dev")]
    [InlineData(2, "--listen must be an IP address", "up", "--listen", "everywhere")]
    [InlineData(1, "neither a file nor a template. Templates: sample", "launch", "nothing")]
    [InlineData(1, "no project 'x'", "show", "x")]
    [InlineData(1, "no project '..", "show", "../../etc")]
    [InlineData(1, "no decision 'x'", "approve", "x")]
    [InlineData(1, "no session 'x'", "recover", "x")]
    [InlineData(1, "not a backup", "verify", "/etc/hostname")]
    public async Task Wrong_use_names_what_is_wrong(int exitCode, string message, params string[] arguments)
    {
        Command wrong = await RunAsync(arguments);

        Assert.Equal(exitCode, wrong.ExitCode);
        Assert.Contains(message, wrong.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", wrong.Error);
    }

    [Fact]
    public async Task A_host_that_others_reach_needs_a_key()
    {
        string data = Path.Combine(repository.Root, "open");
        Command refused = await RunAsync("up", "--listen", "0.0.0.0", "--port", $"{FreePort.Next()}", "--data", data);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("ORCHESTRA_API_KEY", refused.Error);
    }

    [Fact]
    public async Task A_launch_file_that_is_no_launch_is_refused_by_field()
    {
        string file = Path.Combine(repository.Root, "launch.json");
        await File.WriteAllTextAsync(file, """{"project_name": 1, "agents": [{"team": "feature-dev", "task": "t"}]}""", TestContext.Current.CancellationToken);
        Command refused = await RunAsync("launch", file);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("project_name", refused.Error);

        await File.WriteAllTextAsync(file, "not json", TestContext.Current.CancellationToken);
        refused = await RunAsync("launch", file);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("launch.json", refused.Error);
    }

    [Fact]
    public async Task Without_a_host_the_command_says_how_to_start_one()
    {
        Command alone = await Command.RunAsync(new Uri($"http://127.0.0.1:{FreePort.Next()}/"), "projects");

        Assert.Equal(1, alone.ExitCode);
        Assert.Contains("orchestra up", alone.Error);
    }

    [Fact]
    public async Task The_data_folder_is_backed_up_and_verified_while_the_host_runs()
    {
        string file = Path.Combine(repository.Root, "backup.zip");
        Command backup = await RunAsync("backup", file, "--data", host.Data);
        Assert.True(backup.ExitCode == 0, backup.Error);

        Assert.Contains("sound", (await RunAsync("verify", file)).Output);
        Assert.Contains("sound", (await RunAsync("verify", "--data", host.Data)).Output);
        Assert.Contains("whole", (await RunAsync("audit", "verify", "--data", host.Data)).Output);
        Assert.Equal(0, (await RunAsync("doctor")).ExitCode);
    }

    public void Dispose() => repository.Dispose();

    private Task<Command> RunAsync(params string[] arguments) => Command.RunAsync(host.Address, arguments);

    private static string ProjectId(Command launched)
    {
        Assert.True(launched.ExitCode == 0, launched.Error);
        return Id().Match(launched.Output).Value;
    }

    [GeneratedRegex(@"\d{8}-\d{6}-[0-9a-f]{6}")]
    private static partial Regex Id();

    [GeneratedRegex(@"(\d{8}-\d{6}-[0-9a-f]{6}) .* skipped ")]
    private static partial Regex SkippedSession();
}
