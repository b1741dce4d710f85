using Orchestra.Activities.Configuration;
using Orchestra.Core.Configuration;

namespace Orchestra.Activities.Tests.Runs;

public sealed class ConfigTests
{
    [Fact]
    public void The_sample_is_valid_and_has_the_reference_teams()
    {
        OrchestraConfig config = ConfigLoader.Load(Path.Combine(AppContext.BaseDirectory, "orchestra.yml")).Config;

        Assert.Equal(["architect", "implementer", "reviewer"], config.Teams.Definitions["feature-dev"].Teammates.Select(t => t.Name));
        Assert.Equal(900, config.Teams.Definitions["feature-dev"].Teammates[1].TimeoutSeconds);
        Assert.Equal(600, config.Teams.Definitions["code-review"].Teammates[0].TimeoutSeconds);
        Assert.Equal(["claude", "--print", "--permission-mode", "acceptEdits"], config.Client.Commands["default"].Argv);
        Assert.Equal(2, Assert.Single(config.GmProjects).Value.Agents.Count);
    }

    [Fact]
    public void An_empty_file_has_the_defaults() =>
        Assert.Equal(1800, ConfigLoader.Parse("orchestra.yml", "pipeline:\n# nothing\n").Pipeline.GateTimeoutSeconds);

    [Fact]
    public void A_missing_file_is_named()
    {
        ConfigException e = Assert.Throws<ConfigException>(() => ConfigLoader.Load("/no/such/orchestra.yml"));
        Assert.Contains("/no/such/orchestra.yml", e.Message);
    }

    [Theory]
    [InlineData("teams:\n  enabeld: true\n", 2, "teams.enabeld", "Known here: enabled, definitions")]
    [InlineData("client: 5\n", 1, "client", "must be a section")]
    [InlineData("pipeline:\n  gate_timeout_seconds: soon\n", 2, "pipeline.gate_timeout_seconds", "must be a whole number, not 'soon'")]
    [InlineData("teams:\n  enabled: 'on'\n", 2, "teams.enabled", "must be true or false")]
    [InlineData("client:\n  commands:\n    default:\n      argv: claude --print\n", 4, "client.commands.default.argv", "must be a list")]
    [InlineData("client:\n  commands:\n    default:\n      argv: []\n", 4, "client.commands.default.argv", "must name a program")]
    [InlineData("client:\n  default_mode: magic\n", 2, "client.default_mode", "Known: claude-code, api, hybrid, agent-teams, command")]
    [InlineData("client:\n  default_mode: claude-code\n  claude_code:\n    permission_mode: yolo\n", 4, "client.claude_code.permission_mode", "Known: acceptEdits")]
    [InlineData("client:\n  default_mode: claude-code\n  claude_code:\n    max_budget_usd: much\n", 4, "client.claude_code.max_budget_usd", "must be a number")]
    [InlineData("client:\n  default_mode: claude-code\n  claude_code:\n    path: bin/claude\n", 4, "client.claude_code.path", "full path")]
    [InlineData("client:\n  default_mode: claude-code\n  claude_code:\n    stall_seconds: 0\n", 4, "client.claude_code.stall_seconds", "between 1 and")]
    [InlineData("client:\n  default_mode: api\n  api:\n    base_url: ftp://x\n", 4, "client.api.base_url", "begins with http")]
    [InlineData("client:\n  default_mode: api\n  api: {model: other, max_budget_usd: 1}\n", 3, "client.api.max_budget_usd", "needs the price of other")]
    [InlineData("client:\n  default_mode: api\n  api:\n    prices: {m: {input: 3}}\n", 4, "client.api.prices.m", "per million tokens")]
    [InlineData("pipeline:\n  fix_command: gone\n", 2, "pipeline.fix_command", "'gone' is not a command")]
    [InlineData("pipeline:\n  max_landing_attempts: 0\n", 2, "pipeline.max_landing_attempts", "greater than 0")]
    [InlineData("outputs:\n  retention_days: -1\n", 2, "outputs.retention_days", "0 keeps everything")]
    [InlineData("allowed_repo_roots: [src]\n", 1, "allowed_repo_roots[0]", "absolute")]
    [InlineData("client:\n  default_mode: claude-code\nteams:\n  definitions:\n    t:\n      strategy: chaos\n      teammates: [{name: a, role: r}]\n", 6, "teams.definitions.t.strategy", "Known: sequence, parallel, single, lead")]
    [InlineData("client:\n  default_mode: claude-code\nteams:\n  definitions:\n    t:\n      teammates: [{name: a, role: r}, {name: a, role: r}]\n", 6, "teams.definitions.t.teammates", "different names")]
    [InlineData("client:\n  default_mode: claude-code\nteams:\n  definitions:\n    t:\n      teammates: [{name: a, role: r, client_mode: agent-teams}]\n", 6, "teams.definitions.t.teammates[0].client_mode", "Set it for the team")]
    [InlineData("runs:\n  build_caches:\n    - when: go.mod\n      remove: [../x]\n", 4, "runs.build_caches[0].remove[0]", "by its path from the repository's top folder")]
    [InlineData("runs:\n  build_caches:\n    - remove: [bin]\n", 3, "runs.build_caches[0].when", "must name a file")]
    [InlineData("runs:\n  sandbox: {mode: maybe}\n", 2, "runs.sandbox.mode", "must be one of off, api, auto, required")]
    [InlineData("runs:\n  sandbox:\n    writable: [cache]\n", 3, "runs.sandbox.writable[0]", "full path")]
    [InlineData("a: [1\n", 2, "", "not valid YAML")]
    [InlineData("client: {}\nclient: {}\n", 2, "", "not valid YAML")]
    public void A_mistake_is_told_with_line_key_and_remedy(string text, int line, string key, string remedy)
    {
        ConfigException e = Assert.Throws<ConfigException>(() => ConfigLoader.Parse("orchestra.yml", text));

        ConfigProblem problem = Assert.Single(e.Problems);
        Assert.Equal(line, problem.Line);
        Assert.Equal(key, problem.Key);
        Assert.Contains(remedy, problem.Message);
        Assert.StartsWith($"orchestra.yml:{line}: ", e.Message);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        const string Text = """
            teams:
              definitions:
                solo:
                  command: gone
                  teammates:
                    - name: one
            gm_projects:
              empty:
                max_turns: 0
                max_cost_usd: 0
                agents:
                  - team: duo
                    max_cost_usd: -1
                    timeout_seconds: 0
            """;

        ConfigException e = Assert.Throws<ConfigException>(() => ConfigLoader.Parse("orchestra.yml", Text));

        Assert.Equal(
            [
                (1, "client.commands.default"),
                (4, "teams.definitions.solo.command"),
                (6, "teams.definitions.solo.teammates[0].role"),
                (8, "gm_projects.empty.repo_path"),
                (9, "gm_projects.empty.max_turns"),
                (10, "gm_projects.empty.max_cost_usd"),
                (12, "gm_projects.empty.agents[0].task"),
                (12, "gm_projects.empty.agents[0].team"),
                (13, "gm_projects.empty.agents[0].max_cost_usd"),
                (14, "gm_projects.empty.agents[0].timeout_seconds"),
            ],
            e.Problems.Select(p => (p.Line, p.Key)));
    }
}
