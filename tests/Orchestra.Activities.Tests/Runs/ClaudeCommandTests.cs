using Orchestra.Activities.Agents;
using Orchestra.Activities.Agents.Api;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

public sealed class ClaudeCommandTests : RunFixture
{
    private const string Field = "agents[0].client_mode";

    [Fact]
    public void Without_settings_the_safe_permission_mode_is_asked_for() => Assert.Equal(
        ["/x/claude", "-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits"],
        ClaudeCommands.Build("/x/claude", new ClaudeCodeConfig()).Argv);

    [Fact]
    public void Every_setting_reaches_the_command_line() => Assert.Equal(
        ["--model", "opus", "--allowedTools", "Bash(npm test),Read", "--max-turns", "40", "--max-budget-usd", "2.50"],
        ClaudeCommands.Build("/x/claude", new ClaudeCodeConfig
        {
            Model = "opus",
            AllowedTools = ["Bash(npm test)", "Read"],
            MaxTurns = 40,
            MaxBudgetUsd = 2.50m,
        }).Argv.Skip(7));

    [Fact]
    public void How_long_the_cli_may_wait_and_that_it_ends_with_its_turn_is_in_its_environment() => Assert.Equal(
        new Dictionary<string, string>
        {
            ["CLAUDE_CODE_MAX_RETRIES"] = "2", ["API_TIMEOUT_MS"] = "30000", ["CLAUDE_ENABLE_BYTE_WATCHDOG"] = "1",
            ["CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS"] = "20000", ["CLAUDE_CODE_DISABLE_BACKGROUND_TASKS"] = "1",
        },
        ClaudeCommands.Build("/x/claude", new ClaudeCodeConfig { MaxRetries = 2, RequestTimeoutSeconds = 30, StallSeconds = 20 }).Environment);

    [Fact]
    public void Background_tasks_can_be_allowed_are_part_of_a_team_and_variables_of_the_configuration_stand()
    {
        Assert.DoesNotContain(BackgroundTasks, Environment(new ClaudeCodeConfig { BackgroundTasks = true }));
        Assert.DoesNotContain(BackgroundTasks, Environment(new ClaudeCodeConfig(), ClientModes.AgentTeams));
        Assert.Equal("1", Environment(new ClaudeCodeConfig(), ClientModes.AgentTeams)["CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS"]);
        Assert.Equal("9", Environment(new ClaudeCodeConfig { Env = new() { ["CLAUDE_CODE_MAX_RETRIES"] = "9" } })["CLAUDE_CODE_MAX_RETRIES"]);
    }

    [Fact]
    public void A_raised_budget_takes_the_place_of_limits_that_are_there()
    {
        AgentCommand cli = RaisedBudget.On(ClaudeCommands.Build("/x/claude", new ClaudeCodeConfig { MaxTurns = 3 }, budget: new Budget(1, null)), new Budget(2.5m, 9));
        AgentCommand api = RaisedBudget.On(ApiCommands.Build(new ApiConfig(), null, Field, budget: new Budget(null, 3)), new Budget(7, 9));
        ApiAgentSettings settings = Json.Read<ApiAgentSettings>(api.Argv[^1]);

        Assert.Equal(["--max-turns", "9", "--max-budget-usd", "2.5"], cli.Argv.Skip(7));
        Assert.Equal((9, 0m), (settings.MaxTurns, settings.MaxBudgetUsd));
    }

    [Fact]
    public void A_run_has_the_same_session_id_every_time_and_another_one_when_it_starts_over()
    {
        string id = ClaudeCommands.SessionId("20260101-000000-abcdef");

        Assert.Equal(id, ClaudeCommands.SessionId("20260101-000000-abcdef"));
        Assert.NotEqual(id, ClaudeCommands.SessionId("20260101-000000-abcdee"));
        Assert.NotEqual(id, ClaudeCommands.SessionId("20260101-000000-abcdef", DateTimeOffset.UnixEpoch));
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id);
    }

    [Fact]
    public void The_cli_is_looked_for_in_settings_then_usual_folders_then_path()
    {
        string usual = Install("usual"), onPath = Install("path"), named = Install("named"), home = Install("home/.local/bin");

        Assert.Equal(named, Cli(named, InWork("home"), "usual").Find("", Field));
        Assert.Equal(home, Cli(null, InWork("home"), "usual").Find("", Field));
        Assert.Equal(usual, Cli(null, null, "usual").Find("", Field));
        Assert.Equal(onPath, Cli(null, null, "none").Find("", Field));
        Assert.Equal(usual, Cli(named, InWork("home"), "none").Find(usual, Field));
    }

    [Fact]
    public void A_missing_cli_names_the_field_and_the_remedy()
    {
        InputProblem missing = Assert.Throws<InputProblem>(() => Cli(null, null, "none").Find("", Field));
        InputProblem wrong = Assert.Throws<InputProblem>(() => Cli("/no/such/claude", null, "none").Find("", Field));

        Assert.Equal((422, Field), (missing.Status, missing.Field));
        Assert.Contains("CLAUDE_CLI_PATH", missing.Message);
        Assert.Contains("CLAUDE_CLI_PATH names /no/such/claude", wrong.Message);
    }

    private const string BackgroundTasks = "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS";

    private static IReadOnlyDictionary<string, string> Environment(ClaudeCodeConfig config, string mode = ClientModes.ClaudeCode) =>
        ClaudeCommands.Build("/x/claude", config, mode).Environment!;

    private ClaudeCli Cli(string? named, string? home, string usual) =>
        new(named, home, $"relative:{InWork("path")}") { CommonFolders = [InWork(usual)] };

    private string Install(string folder)
    {
        string file = Path.Combine(Directory.CreateDirectory(InWork(folder)).FullName, "claude");
        File.WriteAllText(file, "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return file;
    }
}
