using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>Command lines of the Claude Code CLI. The prompt goes to standard input, which has no limit of size.</summary>
public static class ClaudeCommands
{
    private const string MaxTurns = "--max-turns";
    private const string MaxBudget = "--max-budget-usd";

    // What the CLI needs from us: the account to bill, where its own state lies, how to reach the API.
    private static readonly string[] PassedOn =
    [
        "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_CUSTOM_HEADERS",
        "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CONFIG_DIR",
    ];

    /// <summary>What every run of an agent has in common; the session id is added per run.</summary>
    /// <param name="mode">The client mode that the command line is for.</param>
    /// <param name="model">Null: the configuration's.</param>
    /// <param name="budget">The lower limit of it and the configuration's holds.</param>
    public static AgentCommand Build(string program, ClaudeCodeConfig config, string mode = ClientModes.ClaudeCode, string? model = null, Budget? budget = null)
    {
        model ??= config.Model;
        List<string> argv = [program, "-p", "--output-format", "stream-json", "--verbose", "--permission-mode", config.PermissionMode];
        if (model.Length > 0) argv.AddRange(["--model", model]);
        if (config.AllowedTools.Count > 0) argv.AddRange(["--allowedTools", string.Join(',', config.AllowedTools)]);
        int turns = Budget.Lower(config.MaxTurns, budget?.MaxTurns);
        decimal dollars = Budget.Lower(config.MaxBudgetUsd, budget?.MaxCostUsd);
        if (turns > 0) argv.AddRange([MaxTurns, turns.ToString(CultureInfo.InvariantCulture)]);
        if (dollars > 0) argv.AddRange([MaxBudget, dollars.ToString(CultureInfo.InvariantCulture)]);
        return new AgentCommand(argv, ClaudeEnvironment.Of(config, mode), mode, PassedOn);
    }

    /// <summary>The same with other limits, where it has any.</summary>
    public static AgentCommand WithBudget(AgentCommand command, Budget budget) => command with
    {
        Argv = [.. command.Argv.Select((argument, i) => (i == 0 ? "" : command.Argv[i - 1]) switch
        {
            MaxTurns when budget.MaxTurns is { } turns => turns.ToString(CultureInfo.InvariantCulture),
            MaxBudget when budget.MaxCostUsd is { } dollars => dollars.ToString(CultureInfo.InvariantCulture),
            _ => argument,
        })],
    };

    /// <summary>The same with the teammates as agents of its own.</summary>
    public static AgentCommand WithAgents(AgentCommand command, IEnumerable<TeammateConfig> teammates)
    {
        var agents = new JsonObject();
        foreach (TeammateConfig teammate in teammates)
        {
            var agent = new JsonObject { ["description"] = teammate.Role, ["prompt"] = $"You are the team's {teammate.Name}. {teammate.Role}" };
            if (teammate.Model is not null) agent["model"] = teammate.Model;
            agents[teammate.Name] = agent;
        }
        return command with { Argv = [.. command.Argv, "--agents", agents.ToJsonString()] };
    }

    /// <summary>The same without the tools that change files, where the command is the CLI's.</summary>
    public static AgentCommand OnlyReading(AgentCommand command) => command with
    {
        Argv = command.Client is ClientModes.ClaudeCode ? [.. command.Argv, "--disallowedTools", "Edit,MultiEdit,Write,NotebookEdit"] : command.Argv,
        Fallback = command.Fallback is { } fallback ? OnlyReading(fallback) : null,
    };

    /// <summary>The CLI's session id of a run: known before it starts and the same on every replay.</summary>
    /// <param name="attempt">Null for the first start; the CLI refuses an id that was used before.</param>
    public static string SessionId(string runId, DateTimeOffset? attempt = null)
    {
        string name = attempt is { } start ? $"{runId}/{start.UtcDateTime:O}" : runId;
        byte[] id = SHA256.HashData(Encoding.UTF8.GetBytes($"agent-orchestra/claude-session/{name}"))[..16];
        // Marked as version 4, variant 1: some readers of UUIDs take no other.
        id[6] = (byte)((id[6] & 0x0F) | 0x40);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true).ToString();
    }
}
