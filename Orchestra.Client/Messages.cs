using System.Text.Json;
using Orchestra.Core.Pipeline;

namespace Orchestra.Client;

// What the public HTTP API takes and gives. Answers are read leniently: a newer host may say more.

/// <summary>The body of <c>POST /api/gm/launch</c>.</summary>
/// <param name="FixCommand">The agent that resolves conflicts and mends failed gates; null: the host's configuration decides.</param>
public sealed record LaunchRequest(
    string ProjectName, string RepoPath, string? BuildCommand, string? TestCommand, IReadOnlyList<LaunchAgent> Agents, CommandLine? FixCommand = null,
    string? ClientMode = null, string? Gates = null,
    decimal? MaxCostUsd = null, int? MaxTurns = null);

/// <param name="Command">How this agent is run; null: the client mode and the team's configuration decide.</param>
public sealed record LaunchAgent(string Team, string Task, CommandLine? Command = null, string? ClientMode = null, int? TimeoutSeconds = null, decimal? MaxCostUsd = null, int? MaxTurns = null);

public sealed record CommandLine(IReadOnlyList<string> Argv, IReadOnlyDictionary<string, string>? Environment = null);

public sealed record LaunchResponse(bool Ok, string ProjectId, int AgentCount, IReadOnlyList<string> SessionIds);

public sealed record TemplateView(
    string Name, string? Description, string RepoPath, string? BuildCommand, string? TestCommand, int AgentCount, IReadOnlyList<LaunchAgent> Agents,
    string? ClientMode = null, string? Gates = null, decimal? MaxCostUsd = null, int? MaxTurns = null)
{
    /// <summary>The launch that it stands for.</summary>
    public LaunchRequest ToLaunch() => new(
        Name, RepoPath, BuildCommand, TestCommand, Agents, ClientMode: ClientMode, Gates: Gates, MaxCostUsd: MaxCostUsd, MaxTurns: MaxTurns);
}

public sealed record ProjectPage(IReadOnlyList<ProjectView> Projects, int Total, int Limit, int Offset);

/// <summary>A project; the lists are filled by <c>GET /api/gm/projects/{id}</c> only.</summary>
public sealed record ProjectView
{
    public string ProjectId { get; init; } = "";
    public string ProjectName { get; init; } = "";
    public string RepoPath { get; init; } = "";
    public string? BuildCommand { get; init; }
    public string? TestCommand { get; init; }
    public string Phase { get; init; } = "";
    public int AgentCount { get; init; }
    public int CompletedCount { get; init; }
    public int FailedCount { get; init; }
    public int MergedCount { get; init; }
    public string? CurrentMerge { get; init; }
    public DateTime? StartedAt { get; init; }
    public DateTime? CompletedAt { get; init; }
    public string? ErrorMessage { get; init; }
    public string? TargetBranch { get; init; }
    public string? BaseCommit { get; init; }
    public string? IntegrationCommit { get; init; }
    public string? LandedCommit { get; init; }
    public string? UnlandedCommit { get; init; }
    public string? FailedPhase { get; init; }
    public int Retries { get; init; }

    /// <summary>The workflow instance that runs it now, or ran it last; every retry is one of its own. Null where the host does not tell.</summary>
    public string? InstanceId { get; init; }
    public IReadOnlyList<string> MergeOrder { get; init; } = [];

    /// <summary>US dollars of all agents so far; null when no client tells.</summary>
    public decimal? CostUsd { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public bool? CostEstimated { get; init; }

    /// <summary>The limits of the whole project; null: none.</summary>
    public Budget? Budget { get; init; }

    /// <summary>Overlaps of agents that are still at work; undefined where the host does not look for them.</summary>
    public IReadOnlyList<ProjectRisk> Risks { get; init; } = [];
    public IReadOnlyList<GateRecord> Gates { get; init; } = [];
    public IReadOnlyList<SessionView> Sessions { get; init; } = [];
    public IReadOnlyList<DecisionView> Decisions { get; init; } = [];

    /// <summary>Agents that mended failed gates or resolved conflicts, oldest first; their session id is that of their run.</summary>
    public IReadOnlyList<SessionView> FixAgents { get; init; } = [];

    public bool IsFinal => Phases.IsFinal(Phase);

    public IEnumerable<DecisionView> Pending => Decisions.Where(d => d.Status == "pending");
}

public sealed record SessionView
{
    public string SessionId { get; init; } = "";
    public string TeamName { get; init; } = "";
    public string TaskDescription { get; init; } = "";
    public string Status { get; init; } = "";
    public string? ProjectId { get; init; }
    public string? RepoPath { get; init; }
    public string? BranchName { get; init; }
    public string? WorktreePath { get; init; }
    public string? TargetBranch { get; init; }
    public string? BaseCommit { get; init; }
    public string? HeadCommit { get; init; }
    public DateTime? StartedAt { get; init; }
    public DateTime? CompletedAt { get; init; }
    public string? LastLine { get; init; }
    public string? MergeResult { get; init; }
    public string? MergeCommit { get; init; }
    public string? Error { get; init; }
    public int? ExitCode { get; init; }
    public string? ClientMode { get; init; }

    /// <summary>What whoever asked for the client would not expect: another one does the work, or one without all its tools.</summary>
    public string? ClientNote { get; init; }

    /// <summary>fix or resolve, of an agent that does so for its project; null of a session.</summary>
    public string? FixKind { get; init; }

    /// <summary>Why its agent does not run now; null while it does.</summary>
    public AgentWait? WaitingFor { get; init; }

    /// <summary>Files that the agent left and that were not committed for it, each with the reason.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The client's own id of its session.</summary>
    public string? ClientSessionId { get; init; }
    public decimal? CostUsd { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public bool? CostEstimated { get; init; }
    public IReadOnlyList<string> FilesChanged { get; init; } = [];

    /// <summary>What it may use; null: no limits of its own.</summary>
    public Budget? Budget { get; init; }

    /// <summary>The merge of its branch, where both sides' lines were kept by rule; told with its project only.</summary>
    public MechanicalMerge? Mechanical { get; init; }

    /// <summary>One per teammate.</summary>
    public IReadOnlyList<TaskView> Tasks { get; init; } = [];

    /// <summary>What a person should know of it, one sentence or two each.</summary>
    public IEnumerable<string> Remarks => new[]
    {
        WaitingFor is { } wait ? $"Waits: {wait.Reason}" : null,
        ClientNote,
        LeftOut.Count > 0 ? $"Not committed: {string.Join("; ", LeftOut)}" : null,
    }.OfType<string>();

    public bool IsRunning => Status is "pending" or "running";

    /// <summary>The task's first line; the rest is for the agent.</summary>
    public string Title => TaskDescription.TrimStart().Split('\n')[0].Trim();
}

/// <summary>One teammate's part of a session.</summary>
public sealed record TaskView(
    string Id, string Teammate, string? Role, string Status, string? Output = null, string? Error = null, DateTime? StartedAt = null, DateTime? CompletedAt = null,
    string? ClientMode = null, string? HeadCommit = null, decimal? CostUsd = null, long? InputTokens = null, long? OutputTokens = null, bool? CostEstimated = null);

public sealed record DecisionView
{
    public string DecisionId { get; init; } = "";
    public string DecisionType { get; init; } = "";
    public string Description { get; init; } = "";
    public string ProposedAction { get; init; } = "";
    public string Status { get; init; } = "";

    /// <summary>The answers that it takes.</summary>
    public IReadOnlyList<string> Answers { get; init; } = DecisionAnswers.Usual;
    public DecisionContext Context { get; init; } = new();
    public DateTime? CreatedAt { get; init; }
    public DateTime? ResolvedAt { get; init; }
    public string? Comment { get; init; }

    /// <summary>When it gets <see cref="DefaultAction"/> as its answer.</summary>
    public DateTime? ExpiresAt { get; init; }
    public string? DefaultAction { get; init; }

    /// <summary>The budget from now on, of one that was asked for and approved.</summary>
    public Budget? Granted { get; init; }
}

/// <summary>What became of a decision.</summary>
/// <param name="Action">Its new status.</param>
/// <param name="WorktreePath">Where a person is to resolve the conflict.</param>
public sealed record Resolved(string DecisionId, string Action, string? WorktreePath = null);

/// <summary>An error answer: <c>application/problem+json</c>, with the field and, in <c>detail</c>, what is wrong and the fix.</summary>
internal sealed record Problem
{
    public string? Title { get; init; }
    public string? Detail { get; init; }
    public string? Field { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    public IReadOnlyList<FieldError> Lines()
    {
        if (Errors is { Count: > 0 })
            return [.. Errors.SelectMany(e => e.Value.Select(message => new FieldError(e.Key, message)))];
        return (Detail ?? Title) is { Length: > 0 } text ? [new FieldError(Field ?? "", text)] : [];
    }
}
