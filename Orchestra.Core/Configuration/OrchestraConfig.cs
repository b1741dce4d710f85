using Orchestra.Core.Pipeline;

namespace Orchestra.Core.Configuration;

/// <summary>The file <c>config/orchestra.yml</c>. Unknown keys are refused by name.</summary>
public sealed class OrchestraConfig
{
    public ClientConfig Client { get; set; } = new();
    public TeamsConfig Teams { get; set; } = new();

    /// <summary>Agents of the orchestrator's modes; one that is left out is as every installation has it.</summary>
    public Dictionary<string, AgentConfig> Agents { get; set; } = [];
    public Dictionary<string, ProjectTemplate> GmProjects { get; set; } = [];
    public PipelineConfig Pipeline { get; set; } = new();
    public OutputsConfig Outputs { get; set; } = new();
    public RunsConfig Runs { get; set; } = new();

    /// <summary>Folders that repositories must lie in, links resolved; empty: anywhere.</summary>
    public List<string> AllowedRepoRoots { get; set; } = [];
}

/// <summary>How agents are run when neither team nor launch says otherwise.</summary>
public sealed class ClientConfig
{
    /// <summary>One of <see cref="Pipeline.ClientModes"/>; the setting <c>CLIENT_MODE</c> takes its place.</summary>
    public string DefaultMode { get; set; } = "command";

    public ClaudeCodeConfig ClaudeCode { get; set; } = new();

    public ApiConfig Api { get; set; } = new();

    public QuotaConfig Quota { get; set; } = new();

    /// <summary>Named command lines; <c>default</c> is used where nothing else is named.</summary>
    public Dictionary<string, CommandConfig> Commands { get; set; } = [];
}

public sealed class CommandConfig
{
    public List<string> Argv { get; set; } = [];
    public Dictionary<string, string> Env { get; set; } = [];

    /// <summary>Names of variables with secrets of ours that this program needs, for example <c>OPENAI_API_KEY</c>.</summary>
    public List<string> PassEnv { get; set; } = [];
}

public sealed class TeamsConfig
{
    public bool Enabled { get; set; } = true;
    public Dictionary<string, TeamConfig> Definitions { get; set; } = [];
}

public sealed class TeamConfig
{
    public string Description { get; set; } = "";
    public List<TeammateConfig> Teammates { get; set; } = [];

    /// <summary>A name under <c>client.commands</c>; null: the default command.</summary>
    public string? Command { get; set; }

    /// <summary>Null: <c>command</c> when one is named here, else the default mode.</summary>
    public string? ClientMode { get; set; }

    /// <summary>
    /// One of <see cref="Pipeline.TeamStrategies"/>. Null: <c>lead</c> in mode <c>agent-teams</c>, <c>single</c> in mode <c>command</c> and for one teammate, else <c>sequence</c>.
    /// </summary>
    public string? Strategy { get; set; }
}

public sealed class TeammateConfig
{
    public string Name { get; set; } = "";
    public string Role { get; set; } = "";

    /// <summary>Seconds; a team that runs as one process gets the sum of its teammates'.</summary>
    public int TimeoutSeconds { get; set; } = 600;

    /// <summary>Null: the client's model.</summary>
    public string? Model { get; set; }

    /// <summary>Nearer than the team's, farther than the launch's; only where each teammate runs by itself.</summary>
    public string? ClientMode { get; set; }
}

public sealed class ProjectTemplate
{
    public string Description { get; set; } = "";
    public string RepoPath { get; set; } = "";
    public string? BuildCommand { get; set; }
    public string? TestCommand { get; set; }
    public string? ClientMode { get; set; }

    /// <summary>One of <see cref="Pipeline.GateModes"/>; null: as <c>pipeline.gates</c> says.</summary>
    public string? Gates { get; set; }

    /// <summary>US dollars of all agents together; null: no limit.</summary>
    public decimal? MaxCostUsd { get; set; }

    /// <summary>Replies of models to all agents together; null: no limit.</summary>
    public int? MaxTurns { get; set; }
    public List<TemplateAgent> Agents { get; set; } = [];
}

public sealed class TemplateAgent
{
    public string Team { get; set; } = "";
    public string Task { get; set; } = "";
    public string? ClientMode { get; set; }

    /// <summary>Seconds; null: what the team's teammates have.</summary>
    public int? TimeoutSeconds { get; set; }

    /// <summary>US dollars; null: no limit of its own.</summary>
    public decimal? MaxCostUsd { get; set; }

    /// <summary>Replies of the model; null: no limit of its own.</summary>
    public int? MaxTurns { get; set; }
}

public sealed class PipelineConfig
{
    /// <summary>A name under <c>client.commands</c> for the agent that resolves conflicts and mends failed gates; null: the default command.</summary>
    public string? FixCommand { get; set; }
    public int GateTimeoutSeconds { get; set; } = 1800;
    public int FixTimeoutSeconds { get; set; } = 1800;
    public int MaxFixAttempts { get; set; } = 3;
    public int MaxLandingAttempts { get; set; } = 20;

    /// <summary>each: gates run after every merge; batch: once after all clean merges.</summary>
    public string Gates { get; set; } = "each";

    /// <summary>How often a failed gate is run again on the same commit before its failure counts.</summary>
    public int GateRetries { get; set; } = 1;

    /// <summary>A gate that passed on the same files, with the same programs, within a day is not run again.</summary>
    public bool ReusePasses { get; set; } = true;

    /// <summary>A test command that says that it ran no test fails.</summary>
    public bool RequireTests { get; set; }

    /// <summary>A regular expression that a test command's output must match to have tested something.</summary>
    public string? TestsRanPattern { get; set; }

    /// <summary>Agents per approved conflict before the person is asked again.</summary>
    public int MaxResolveAttempts { get; set; } = 2;

    /// <summary>Patterns of files that an agent may change besides the conflicted ones when it resolves a conflict.</summary>
    public List<string> ResolutionMayChange { get; set; } = [];

    /// <summary>How long a decision waits for a person before it gets <see cref="DecisionDefault"/> as its answer; 0: for ever.</summary>
    public int DecisionTimeoutSeconds { get; set; }
    public string DecisionDefault { get; set; } = DecisionAnswers.Reject;

    /// <summary>Where a push goes that names no remote.</summary>
    public string PushRemote { get; set; } = "origin";

    /// <summary>The branch there; null: of the same name as the target.</summary>
    public string? PushBranch { get; set; }

    /// <summary>The command, run by the shell in the repository, that asks for a pull request after a push; null: there is none.</summary>
    public string? PullRequestCommand { get; set; }

    /// <summary>auto, ask or off: what happens to conflicts in which both sides only touch or insert at the same place.</summary>
    public string Mechanical { get; set; } = "auto";

    /// <summary>Patterns of files whose lines of both sides are kept in a conflict.</summary>
    public List<string> UnionFiles { get; set; } = [];

    /// <summary>Files that are written anew instead of merged.</summary>
    public List<GeneratedFilesConfig> GeneratedFiles { get; set; } = [];
}
