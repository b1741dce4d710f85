using System.Text.RegularExpressions;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Configuration;

/// <summary>What must hold between the parts of a configuration.</summary>
internal sealed partial class ConfigRules(OrchestraConfig config, Func<string, int> lineOf)
{
    private const string DefaultCommand = "default";

    private readonly List<ConfigProblem> problems = [];

    public List<ConfigProblem> Check()
    {
        CheckClient();
        foreach ((string name, TeamConfig team) in config.Teams.Definitions) CheckTeam($"teams.definitions.{name}", team);
        foreach ((string name, ProjectTemplate template) in config.GmProjects) CheckTemplate($"gm_projects.{name}", template);
        foreach ((string name, AgentConfig agent) in config.Agents) CheckAgent($"agents.{name}", name, agent);
        CheckPipeline();
        Require(config.Outputs.RetentionDays >= 0, "outputs.retention_days", "must not be negative; 0 keeps everything");
        CheckRuns();
        for (int i = 0; i < config.AllowedRepoRoots.Count; i++)
        {
            Require(Path.IsPathFullyQualified(config.AllowedRepoRoots[i]), $"allowed_repo_roots[{i}]",
                $"'{config.AllowedRepoRoots[i]}' is relative. Give an absolute path");
        }
        return problems;
    }

    private void CheckClient()
    {
        CheckMode("client.default_mode", config.Client.DefaultMode);
        CheckClaudeCode(config.Client.ClaudeCode);
        CheckApi(config.Client.Api);
        RequirePositive("client.quota.first_pause_seconds", config.Client.Quota.FirstPauseSeconds);
        RequirePositive("client.quota.longest_pause_seconds", config.Client.Quota.LongestPauseSeconds);
        Require(config.Client.Quota.MaxPauses >= 0, "client.quota.max_pauses", "must not be negative; 0 ends an agent at once");
        bool needed = config.Client.DefaultMode == ClientModes.Command
            && (config.Teams.Definitions.Values.Any(t => t.Command is null && t.ClientMode is null) || config.GmProjects.Count > 0);
        Require(!needed || config.Client.Commands.ContainsKey(DefaultCommand), $"client.commands.{DefaultCommand}",
            "is missing. Add it with an argv, for example [claude, --print]: it runs every agent for which no other command is named");
        foreach ((string name, CommandConfig command) in config.Client.Commands)
        {
            string key = $"client.commands.{name}";
            Require(command.Argv.Count > 0 && command.Argv[0].Trim().Length > 0, $"{key}.argv",
                "must name a program, then its arguments, for example [claude, --print]");
            foreach (string variable in command.Env.Keys) CheckVariable($"{key}.env.{variable}", variable);
            for (int i = 0; i < command.PassEnv.Count; i++) CheckVariable($"{key}.pass_env[{i}]", command.PassEnv[i]);
        }
    }

    private void CheckClaudeCode(ClaudeCodeConfig claude)
    {
        const string Key = "client.claude_code";
        Require(ClaudeCodeConfig.PermissionModes.Contains(claude.PermissionMode), $"{Key}.permission_mode",
            $"'{claude.PermissionMode}' is not a permission mode. Known: {Names(ClaudeCodeConfig.PermissionModes)}");
        Require(claude.Path.Length == 0 || Path.IsPathRooted(claude.Path), $"{Key}.path", "must be a full path");
        Require(claude.MaxTurns >= 0, $"{Key}.max_turns", "must not be negative");
        Require(claude.MaxBudgetUsd >= 0, $"{Key}.max_budget_usd", "must not be negative");
        Require(claude.MaxRetries >= 0, $"{Key}.max_retries", "must not be negative");
        RequireSeconds($"{Key}.request_timeout_seconds", claude.RequestTimeoutSeconds);
        RequireSeconds($"{Key}.stall_seconds", claude.StallSeconds);
        for (int i = 0; i < claude.AllowedTools.Count; i++) RequireText($"{Key}.allowed_tools[{i}]", claude.AllowedTools[i]);
        foreach (string variable in claude.Env.Keys) CheckVariable($"{Key}.env.{variable}", variable);
    }

    private void CheckApi(ApiConfig api)
    {
        const string Key = "client.api";
        RequireText($"{Key}.model", api.Model);
        Require(api.BaseUrl.Length == 0 || (Uri.TryCreate(api.BaseUrl, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"), $"{Key}.base_url",
            "must be an address that begins with http:// or https://");
        RequirePositive($"{Key}.max_tokens", api.MaxTokens);
        RequirePositive($"{Key}.stall_seconds", api.StallSeconds);
        RequirePositive($"{Key}.command_timeout_seconds", api.CommandTimeoutSeconds);
        Require(api.MaxTurns >= 0, $"{Key}.max_turns", "must not be negative");
        Require(api.MaxRetries >= 0, $"{Key}.max_retries", "must not be negative");
        Require(api.MaxBudgetUsd >= 0, $"{Key}.max_budget_usd", "must not be negative");
        Require(api.MaxBudgetUsd == 0 || api.PriceOf(api.Model) is not null, $"{Key}.max_budget_usd", $"needs the price of {api.Model} under {Key}.prices");
        foreach ((string model, PriceConfig price) in api.Prices)
        {
            Require(price is { Input: > 0, Output: > 0, CacheRead: >= 0, CacheWrite: >= 0 }, $"{Key}.prices.{model}",
                "must give input and output in US dollars per million tokens");
        }
    }

    private void CheckMode(string key, string? mode) =>
        Require(mode is null || ClientModes.IsKnown(mode), key, $"'{mode}' is not a client mode. Known: {Names(ClientModes.All)}");

    private void CheckVariable(string key, string name) =>
        Require(VariableName().IsMatch(name), key, "is not a name for an environment variable. Use letters, digits and _");

    private void CheckTeam(string key, TeamConfig team)
    {
        CheckCommand($"{key}.command", team.Command);
        CheckMode($"{key}.client_mode", team.ClientMode);
        Require(team.Strategy is null || TeamStrategies.All.Contains(team.Strategy), $"{key}.strategy",
            $"'{team.Strategy}' is not a strategy. Known: {Names(TeamStrategies.All)}");
        Require(team.Teammates.Select(t => t.Name).Distinct(StringComparer.Ordinal).Count() == team.Teammates.Count, $"{key}.teammates",
            "must have different names");
        Require(team.Teammates.Count > 0, $"{key}.teammates", "must list at least one teammate with name and role");
        for (int i = 0; i < team.Teammates.Count; i++)
        {
            TeammateConfig teammate = team.Teammates[i];
            string place = $"{key}.teammates[{i}]";
            RequireText($"{place}.name", teammate.Name);
            RequireText($"{place}.role", teammate.Role);
            RequirePositive($"{place}.timeout_seconds", teammate.TimeoutSeconds);
            CheckMode($"{place}.client_mode", teammate.ClientMode);
            Require(teammate.ClientMode != ClientModes.AgentTeams, $"{place}.client_mode", "cannot be agent-teams, which runs a whole team. Set it for the team");
        }
    }

    private void CheckAgent(string key, string name, AgentConfig agent)
    {
        Require(OrchestratorModes.AgentNames.Contains(name), key, $"is not an agent of any mode. Known: {Names(OrchestratorModes.AgentNames)}");
        RequirePositive($"{key}.timeout_seconds", agent.TimeoutSeconds);
        CheckMode($"{key}.client_mode", agent.ClientMode);
        Require(agent.ClientMode != ClientModes.AgentTeams, $"{key}.client_mode", "cannot be agent-teams, which runs a whole team");
    }

    private void CheckTemplate(string key, ProjectTemplate template)
    {
        RequireText($"{key}.repo_path", template.RepoPath);
        CheckMode($"{key}.client_mode", template.ClientMode);
        Require(template.Gates is null || GateModes.All.Contains(template.Gates), $"{key}.gates", $"must be one of {string.Join(", ", GateModes.All)}, not '{template.Gates}'");
        CheckBudget(key, template.MaxCostUsd, template.MaxTurns);
        Require(template.Agents.Count > 0, $"{key}.agents", "must list at least one agent with team and task");
        for (int i = 0; i < template.Agents.Count; i++)
        {
            TemplateAgent agent = template.Agents[i];
            string place = $"{key}.agents[{i}]";
            RequireText($"{place}.task", agent.Task);
            CheckMode($"{place}.client_mode", agent.ClientMode);
            RequirePositive($"{place}.timeout_seconds", agent.TimeoutSeconds ?? 1);
            CheckBudget(place, agent.MaxCostUsd, agent.MaxTurns);
            Require(config.Teams.Definitions.ContainsKey(agent.Team), $"{place}.team",
                $"'{agent.Team}' is not a team. Defined under teams.definitions: {Names(config.Teams.Definitions.Keys)}");
        }
    }

    private void CheckBudget(string key, decimal? maxCostUsd, int? maxTurns)
    {
        Require(maxCostUsd is null or > 0, $"{key}.max_cost_usd", "must be greater than 0");
        RequirePositive($"{key}.max_turns", maxTurns ?? 1);
    }

    private void CheckPipeline()
    {
        PipelineConfig pipeline = config.Pipeline;
        CheckCommand("pipeline.fix_command", pipeline.FixCommand);
        RequirePositive("pipeline.gate_timeout_seconds", pipeline.GateTimeoutSeconds);
        RequirePositive("pipeline.fix_timeout_seconds", pipeline.FixTimeoutSeconds);
        Require(pipeline.MaxFixAttempts >= 0, "pipeline.max_fix_attempts", "must not be negative");
        RequirePositive("pipeline.max_landing_attempts", pipeline.MaxLandingAttempts);
        Require(pipeline.DecisionTimeoutSeconds >= 0, "pipeline.decision_timeout_seconds", "must not be negative; 0 waits for ever");
        Require(DecisionAnswers.Usual.Contains(pipeline.DecisionDefault), "pipeline.decision_default",
            $"must be one of {string.Join(", ", DecisionAnswers.Usual)}, not '{pipeline.DecisionDefault}'");
        Require(GateModes.All.Contains(pipeline.Gates), "pipeline.gates", $"must be one of {string.Join(", ", GateModes.All)}, not '{pipeline.Gates}'");
        Require(pipeline.GateRetries >= 0, "pipeline.gate_retries", "must not be negative");
        Require(IsPattern(pipeline.TestsRanPattern), "pipeline.tests_ran_pattern", "is not a regular expression");
        RequirePositive("pipeline.max_resolve_attempts", pipeline.MaxResolveAttempts);
        problems.AddRange(new MergeRules(lineOf).Check(pipeline.Mechanical, pipeline.UnionFiles, pipeline.GeneratedFiles));
    }

    private void CheckRuns()
    {
        foreach ((string name, int number) in new[]
        {
            ("snapshot_seconds", config.Runs.SnapshotSeconds), ("max_parallel_agents", config.Runs.MaxParallelAgents),
            ("min_free_disk_mb", config.Runs.MinFreeDiskMb), ("min_free_memory_mb", config.Runs.MinFreeMemoryMb),
        })
        {
            Require(number >= 0, $"runs.{name}", "must not be negative");
        }
        CheckSandbox(config.Runs.Sandbox);
        RequirePositive("runs.commit.max_file_mb", config.Runs.Commit.MaxFileMb);
        RequireText("runs.commit.author_name", config.Runs.Commit.AuthorName);
        RequireText("runs.commit.author_email", config.Runs.Commit.AuthorEmail);
        for (int i = 0; i < config.Runs.BuildCaches.Count; i++)
        {
            BuildCacheConfig cache = config.Runs.BuildCaches[i];
            string key = $"runs.build_caches[{i}]";
            Require(IsInside(cache.When), $"{key}.when", "must name a file by its path from the repository's top folder, for example Cargo.toml");
            foreach (string variable in cache.Env.Keys) CheckVariable($"{key}.env.{variable}", variable);
            for (int r = 0; r < cache.Remove.Count; r++)
                Require(IsInside(cache.Remove[r]), $"{key}.remove[{r}]", "must name a folder by its path from the repository's top folder, for example target");
        }
    }

    private void CheckSandbox(SandboxConfig sandbox)
    {
        const string Key = "runs.sandbox";
        Require(SandboxConfig.Modes.Contains(sandbox.Mode), $"{Key}.mode", $"must be one of {string.Join(", ", SandboxConfig.Modes)}, not '{sandbox.Mode}'");
        foreach ((string name, List<string> folders) in new[] { ("writable", sandbox.Writable), ("hidden", sandbox.Hidden) })
        {
            for (int i = 0; i < folders.Count; i++)
                Require(Path.IsPathRooted(folders[i]) || folders[i].StartsWith("~/", StringComparison.Ordinal), $"{Key}.{name}[{i}]", "must be a full path, or begin with ~/");
        }
    }

    private static bool IsInside(string path) =>
        path.Length > 0 && !Path.IsPathRooted(path) && path.Split('/').All(part => part is not ("" or "." or ".." or ".git"));

    private void CheckCommand(string key, string? command) =>
        Require(command is null || config.Client.Commands.ContainsKey(command), key,
            $"'{command}' is not a command. Defined under client.commands: {Names(config.Client.Commands.Keys)}");

    private void RequireText(string key, string text) => Require(text.Trim().Length > 0, key, "is missing. Give it a text");

    private void RequirePositive(string key, int number) => Require(number > 0, key, $"must be greater than 0, not {number}");

    // Handed on in milliseconds, which must fit a number of 32 bits.
    private void RequireSeconds(string key, int number) =>
        Require(number is > 0 and <= int.MaxValue / 1000, key, $"must lie between 1 and {int.MaxValue / 1000}, not {number}");

    private void Require(bool holds, string key, string message)
    {
        if (!holds) problems.Add(new ConfigProblem(lineOf(key), key, message + "."));
    }

    private static bool IsPattern(string? pattern)
    {
        try
        {
            return pattern is null || Regex.Match("", pattern) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();
}
