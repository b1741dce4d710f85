using Microsoft.DurableTask;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>Ends the pipeline early with a final phase.</summary>
internal sealed class PipelineEnd(string phase, string? reason) : Exception(reason)
{
    public string Phase { get; } = phase;
}

/// <summary>The state of one project while its orchestration runs, and what every phase needs: activities, saving, decisions, cancel.</summary>
internal sealed class ProjectRun(TaskOrchestrationContext context, ProjectPlan plan)
{
    private readonly Task<string> cancelled = context.WaitForExternalEvent<string>(ProjectEvents.Cancel);
    private readonly List<(string Name, object Data)> told = [];

    // A retry's record is told against the end that it goes on from: its phase is news, its gates and merges are not.
    private ProjectRecord? saved = plan.Resume is { } from ? from.Record with { Phase = "" } : null;
    private Attempts? attempts;
    private int runs;
    private readonly AgentTurn turn = new(context);

    // A retry may come with other commands.
    private readonly int former = plan.Resume?.Record.Gates.Count ?? 0;

    public TaskOrchestrationContext Context { get; } = context;
    public ProjectPlan Plan { get; } = plan;
    public PreparedProject Prepared { get; set; } = new(plan.RepoPath, "", "");

    /// <summary>The head of the integration branch.</summary>
    public string Head { get; set; } = plan.Resume?.Record.IntegrationCommit ?? "";

    /// <summary>What merges and fixes move; undoing a landing has a branch of its own.</summary>
    public string IntegrationRef { get; init; } = RefNames.Integration(plan.ProjectId);

    public ProjectRecord Record { get; set; } = plan.Resume?.Record ?? new()
    {
        ProjectId = plan.ProjectId,
        ProjectName = plan.ProjectName,
        RepoPath = plan.RepoPath,
        BuildCommand = plan.BuildCommand,
        TestCommand = plan.TestCommand,
        Phase = Phases.Launching,
        AgentCount = plan.Agents.Count,
        Budget = plan.Budget,
        Trace = plan.Trace,
        FixMode = plan.Options.FixTeamCommand.Client ?? ClientModes.Command,
        StartedAt = context.CurrentUtcDateTime,
    };

    /// <summary>How every agent ended, whatever became of its work.</summary>
    public IReadOnlyList<AgentEnd> Ends { get; set; } = [];

    public Attempts Attempts => attempts ??= new Attempts(this);

    /// <summary>Whether a gate has passed on a commit in this run: what a gate said of a commit it would say again.</summary>
    public bool HasPassed(string kind, string commit) =>
        Record.Gates.Skip(former).Any(gate => gate.Success && gate.Kind == kind && gate.Commit == commit);

    public Task<T> CallAsync<T>(string activity, object input) => Context.CallActivityAsync<T>(activity, input, Retries.Git);

    public Task CallAsync(string activity, object input) => Context.CallActivityAsync(activity, input, Retries.Git);

    /// <summary>Gates: never retried behind the person's back.</summary>
    public Task<RunResult> RunOnceAsync(string activity, object input) => AddAsync(Context.CallActivityAsync<RunResult>(activity, input));

    /// <summary>An agent that mends or resolves.</summary>
    public Task<RunResult> RunAgentAsync(AgentRun agent) => AddAsync(turn.RunAsync(agent with { ProjectBudget = Plan.Budget }, async wait =>
    {
        Tell(EventNames.AgentWaiting, new { WaitingFor = wait });
        await SaveAsync(Record);
    }));

    /// <summary>Whether somebody stopped an agent that mends or resolves, so that a person is to say how it goes on.</summary>
    public bool IsStopped(RunResult agent) => agent.Status == RunStatus.Cancelled && Plan.Rules >= PipelineRules.StoppedFixes;

    private async Task<RunResult> AddAsync(Task<RunResult> run)
    {
        RunResult result = await run;
        Record = Record with { Usage = RunUsage.Sum(Record.Usage, result.Usage) };
        return result;
    }

    /// <summary>A name for the next run or worktree, the same on every replay; a retry must not find the results of the run before it.</summary>
    public string NextWorkId(string kind) => $"{Plan.Resume?.InstanceId ?? Plan.ProjectId}-{kind}-{++runs}";

    public async Task SaveAsync(ProjectRecord record)
    {
        ProjectRecord input = ProjectNews.AddTo(
            record with { IntegrationCommit = Head.Length == 0 ? null : Head }, saved, told, Context.CurrentUtcDateTime);
        told.Clear();
        saved = Record = input with { News = [] };
        await CallAsync(ActivityNames.SaveProject, input);
    }

    /// <summary>An event that the record does not show; it goes out with the next save.</summary>
    public void Tell(string name, object data) => told.Add((name, data));

    public async Task EnterAsync(string phase)
    {
        ThrowIfCancelled();
        if (Record.Phase != phase || told.Count > 0)
            await SaveAsync(Record with { Phase = phase });
    }

    public void ThrowIfCancelled()
    {
        if (cancelled.IsCompleted)
            throw new PipelineEnd(Phases.Cancelled, cancelled.Result);
    }

    /// <summary>Ends a session whose own orchestration has ended without it.</summary>
    /// <param name="status">What it becomes, unless it had come to its own end.</param>
    public async Task<AgentEnd> EndSessionAsync(SessionRecord session, string status, string reason) =>
        AgentEnd.Of(await SessionRun.EndAsync(Context, session, status, reason));

    /// <summary>Asks a person and waits, for as long as it takes; a cancelled project waits no longer.</summary>
    public async Task<DecisionAnswer> DecideAsync(string type, string description, string proposedAction, DecisionContext details, IReadOnlyList<string>? answers = null)
    {
        ThrowIfCancelled();
        string id = Ids.At(Context.CurrentUtcDateTime, Context.NewGuid().ToString("N")[..6]);
        Task<DecisionAnswer> answer = Context.WaitForExternalEvent<DecisionAnswer>(ProjectEvents.Decision(id));
        if (Record != saved)
            await SaveAsync(Record);
        await CallAsync(ActivityNames.OpenDecision, new DecisionRecord
        {
            DecisionId = id,
            ProjectId = Plan.ProjectId,
            DecisionType = type,
            Description = description,
            ProposedAction = proposedAction,
            Context = details,
            Answers = answers ?? DecisionAnswers.Usual,
            Status = "pending",
            CreatedAt = Context.CurrentUtcDateTime,
        });
        await Task.WhenAny(answer, cancelled);
        ThrowIfCancelled();
        return await answer;
    }
}
