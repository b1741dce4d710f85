namespace Orchestra.Core.Pipeline;

/// <summary>How an agent is run: an argument list (no shell), the prompt on standard input.</summary>
/// <param name="Argv">Program and arguments; <c>{prompt}</c> in an argument is replaced by the prompt, otherwise it goes to standard input.</param>
/// <param name="Environment">Extra environment variables.</param>
/// <param name="Client">The client mode that the command line belongs to; null: <c>command</c>.</param>
/// <param name="PassEnvironment">Names of the host's variables that only this program gets; their values are never written down.</param>
/// <param name="Fallback">What goes on with the work when the client's API fails.</param>
public sealed record AgentCommand(
    IReadOnlyList<string> Argv,
    IReadOnlyDictionary<string, string>? Environment = null,
    string? Client = null,
    IReadOnlyList<string>? PassEnvironment = null,
    AgentCommand? Fallback = null);

/// <summary>One agent of a project: one session, one branch, one worktree.</summary>
/// <param name="TimeoutSeconds">The limit of the whole session.</param>
/// <param name="ClientSessionId">The client's own id of its session, where the client lets it be chosen.</param>
/// <param name="Teammates">Those who run one after the other, or at once; null: one run with <paramref name="Prompt"/> and <paramref name="Command"/>.</param>
/// <param name="Budget">What the session may use.</param>
/// <param name="ClientNote">Why another client than the one asked for does the work.</param>
public sealed record AgentPlan(
    string SessionId, string Team, string Task, string Prompt, AgentCommand Command, int TimeoutSeconds, string? ClientSessionId = null,
    IReadOnlyList<TeammatePlan>? Teammates = null, string? ClientNote = null, Budget? Budget = null)
{
    /// <summary>The teammates run at once and only read.</summary>
    public bool AtOnce { get; init; }
}

/// <summary>One member of a team that runs by itself.</summary>
public sealed record TeammatePlan(string Name, string Role, AgentCommand Command, int TimeoutSeconds);

/// <summary>What a launch decided once and for all; the input of the project's orchestration.</summary>
/// <param name="Budget">What all its agents may use.</param>
/// <param name="Trace">The trace context of the launch, as <c>traceparent</c> has it; null while nobody traces.</param>
/// <param name="Resume">Where a retry takes up an earlier run; null for a launch.</param>
/// <param name="Rules">Which of <see cref="PipelineRules"/> the orchestration goes by; 0 in what was started before there were any.</param>
public sealed record ProjectPlan(
    string ProjectId,
    string ProjectName,
    string RepoPath,
    string? BuildCommand,
    string? TestCommand,
    IReadOnlyList<AgentPlan> Agents,
    PipelineOptions Options,
    ResumePoint? Resume = null,
    Budget? Budget = null,
    string? Trace = null,
    int Rules = 0);

/// <summary>Changes of the pipeline that instances begun before must not see, as they would not replay; docs/versioning.md.</summary>
public static class PipelineRules
{
    /// <summary>An agent whose orchestration ends without it has failed, and the others go on.</summary>
    public const int LostAgents = 1;

    /// <summary>When somebody stops an agent that mends or resolves, no other one follows before a person was asked.</summary>
    public const int StoppedFixes = 2;

    public const int Newest = StoppedFixes;
}

/// <summary>When build and tests run.</summary>
public static class GateModes
{
    /// <summary>After every merge.</summary>
    public const string Each = "each";

    /// <summary>Once after all merges without a conflict; on failure a bisect finds the branch to blame.</summary>
    public const string Batch = "batch";

    public static readonly IReadOnlyList<string> All = [Each, Batch];
}

/// <summary>Limits and policies of a run.</summary>
/// <param name="GateTimeoutSeconds">Longest build or test run.</param>
/// <param name="MaxFixAttempts">Fix agents per failed gate before the person is asked again.</param>
/// <param name="MaxLandingAttempts">How often a moved target is merged in and verified again.</param>
/// <param name="FixTeamCommand">The agent that resolves conflicts and mends failed gates.</param>
/// <param name="Mechanical">One of <see cref="MechanicalPolicies"/>; plans made before there was a choice are carried out without.</param>
/// <param name="Merging">What the configuration says of files that need nobody's decision; the repository's own file goes before it.</param>
/// <param name="MaxResolveAttempts">Agents per approved conflict before the person is asked again.</param>
/// <param name="ResolutionMayChange">Patterns of files that an agent may change besides the conflicted ones.</param>
/// <param name="GateRetries">How often a failed gate is run again on the same commit before its failure counts.</param>
/// <param name="ReusePasses">A gate that passed on the same files is not run again.</param>
/// <param name="RequireTests">A test command that ran no test fails.</param>
/// <param name="TestsRanPattern">What a test command's output must match.</param>
/// <param name="Gates">One of <see cref="GateModes"/>.</param>
/// <param name="FixTimeoutSeconds">Its limit.</param>
public sealed record PipelineOptions(
    AgentCommand FixTeamCommand,
    int GateTimeoutSeconds = 1800,
    int FixTimeoutSeconds = 1800,
    int MaxFixAttempts = 3,
    int MaxLandingAttempts = 20,
    string Mechanical = MechanicalPolicies.Off,
    MergePolicy? Merging = null,
    int MaxResolveAttempts = 1,
    IReadOnlyList<string>? ResolutionMayChange = null,
    int GateRetries = 0,
    bool ReusePasses = false,
    bool RequireTests = false,
    string? TestsRanPattern = null,
    string Gates = GateModes.Each);
