using Microsoft.DurableTask;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>The state of one session while its orchestration runs, and its steps: run, commit, save.</summary>
internal sealed class SessionRun(TaskOrchestrationContext context, AgentStart start)
{
    public TaskOrchestrationContext Context { get; } = context;

    public AgentPlan Agent => start.Agent;

    public SessionRecord Session { get; set; } = new()
    {
        SessionId = start.Agent.SessionId,
        ProjectId = start.ProjectId,
        TeamName = start.Agent.Team,
        TaskDescription = start.Agent.Task,
        RepoPath = start.RepoPath,
        Status = "running",
        ClientMode = start.Agent.Command.Client ?? ClientModes.Command,
        ClientSessionId = start.Agent.ClientSessionId,
        ClientNote = start.Agent.ClientNote,
        Budget = start.Agent.Budget,
        BaseCommit = start.BaseCommit,
        TargetBranch = start.TargetBranch,
        OrchestratorMode = start.OrchestratorMode,
        StartedAt = context.CurrentUtcDateTime,
    };

    private readonly AgentTurn turn = new(context);

    /// <param name="from">The commit that the worktree is at.</param>
    /// <param name="sessionId">Null when the run is the session.</param>
    public Task<RunResult> RunAgentAsync(string runId, string prompt, AgentCommand command, int timeoutSeconds, string from, string? sessionId) =>
        turn.RunAsync(
            new AgentRun(runId, start.ProjectId, start.RepoPath, Session.WorktreePath!, prompt, command, timeoutSeconds, from, sessionId, Budget: Agent.Budget, ProjectBudget: start.ProjectBudget),
            TellAsync);

    /// <summary>One of several at once. That it waits for a place is not told: the others run.</summary>
    public Task<RunResult> RunBesideAsync(string runId, string worktree, string prompt, TeammatePlan teammate) =>
        turn.RunAsync(
            new AgentRun(runId, start.ProjectId, start.RepoPath, worktree, prompt, teammate.Command, Math.Min(teammate.TimeoutSeconds, Agent.TimeoutSeconds), start.BaseCommit, Agent.SessionId,
                Budget: Agent.Budget, ProjectBudget: start.ProjectBudget),
            _ => Task.CompletedTask);

    private async Task TellAsync(AgentWait wait)
    {
        Session = Session with { Status = "pending", WaitingFor = wait, Waits = Session.Waits + 1 };
        await SaveAsync();
        // What is stored says so once the agent begins.
        Session = Session with { Status = "running", WaitingFor = null };
    }

    public Task<CommittedWork> CommitAsync(string message) =>
        Context.CallActivityAsync<CommittedWork>(
            ActivityNames.CommitWork,
            new CommitWorkInput(start.RepoPath, Session.WorktreePath!, Session.BranchName!, start.BaseCommit, message, Context.CurrentUtcDateTime),
            Retries.Git);

    /// <summary>The session's tasks are the teammates'.</summary>
    public void Expect(IReadOnlyList<TeammatePlan> teammates) => Session = Session with
    {
        Tasks = [.. teammates.Select((t, i) => new SessionTask($"{Agent.SessionId}-{i + 1}", t.Name, t.Role, "pending", t.Command.Client ?? ClientModes.Command))],
    };

    public void Note(int i, SessionTask task) => Session = Session with { Tasks = [.. Session.Tasks.Select((t, at) => at == i ? task : t)] };

    /// <summary>What one teammate's run came to, in its task and in the session.</summary>
    /// <param name="headCommit">Of the task.</param>
    public void Conclude(int i, RunResult result, string? headCommit)
    {
        string teammate = Session.Tasks[i].Teammate;
        Note(i, Session.Tasks[i] with
        {
            Status = StatusOf(result),
            Output = result.OutputTail,
            Error = result.Error,
            CompletedAt = Context.CurrentUtcDateTime,
            HeadCommit = headCommit,
            Usage = result.Usage,
        });
        Session = Session with
        {
            LastLine = LastLine(result.OutputTail),
            Usage = RunUsage.Sum(Session.Usage, result.Usage),
            ClientNote = result.ClientNote is null ? Session.ClientNote : $"{teammate}: {result.ClientNote}",
        };
    }

    /// <summary>A step of ours failed, whatever the agent did.</summary>
    public void Fail(string reason) => Session = Session.EndedBy("failed", reason, Context.CurrentUtcDateTime);

    public Task SaveAsync() =>
        Context.CallActivityAsync(ActivityNames.SaveSession, SessionNews.AddTo(Session, Context.CurrentUtcDateTime), Retries.Git);

    /// <summary>Ends a session in place of its own orchestration, which has ended without it.</summary>
    /// <param name="status">What it becomes, unless it had come to its own end.</param>
    public static async Task<SessionRecord> EndAsync(TaskOrchestrationContext context, SessionRecord session, string status, string reason)
    {
        SessionRecord ended = await context.CallActivityAsync<SessionRecord>(
            ActivityNames.EndSession, new EndSessionInput(session, status, reason, Messages.LeftBehind(session), context.CurrentUtcDateTime), Retries.Patient);
        await context.CallActivityAsync(ActivityNames.SaveSession, SessionNews.AddTo(ended, context.CurrentUtcDateTime), Retries.Patient);
        return ended;
    }

    public static string StatusOf(RunResult run) => run.Status switch
    {
        RunStatus.Completed => "completed",
        RunStatus.Cancelled => "cancelled",
        RunStatus.TimedOut => "timed_out",
        RunStatus.BudgetExceeded => "budget_exceeded",
        RunStatus.Quota => "quota",
        _ => "failed",
    };

    public static string? LastLine(string tail) =>
        tail.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
}
