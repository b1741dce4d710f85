using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>Input of one agent's orchestration.</summary>
/// <param name="ProjectId">Null for a session that belongs to no project.</param>
/// <param name="TargetBranch">Full name of the branch that the work is for.</param>
public sealed record AgentStart(string? ProjectId, string RepoPath, string BaseCommit, AgentPlan Agent, string? TargetBranch = null);

/// <summary>How one agent ended.</summary>
/// <param name="Status">completed, no_change, failed, cancelled, timed_out, budget_exceeded or quota.</param>
public sealed record AgentEnd(
    string SessionId, string Status, string? WorktreePath, string? HeadCommit, IReadOnlyList<string> FilesChanged, RunUsage? Usage = null);

/// <summary>One agent from worktree to commit. Its instance id is the session id.</summary>
public static class AgentOrchestrator
{
    [Function(nameof(AgentOrchestrator))]
    public static async Task<AgentEnd> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        AgentStart start = context.GetInput<AgentStart>()!;
        AgentPlan agent = start.Agent;
        var session = new SessionRecord
        {
            SessionId = agent.SessionId,
            ProjectId = start.ProjectId,
            TeamName = agent.Team,
            TaskDescription = agent.Task,
            RepoPath = start.RepoPath,
            Status = "running",
            ClientMode = agent.Command.Client ?? ClientModes.Command,
            ClientSessionId = agent.ClientSessionId,
            BaseCommit = start.BaseCommit,
            TargetBranch = start.TargetBranch,
            StartedAt = context.CurrentUtcDateTime,
        };
        try
        {
            Worktree worktree = await context.CallActivityAsync<Worktree>(
                ActivityNames.CreateWorktree, new CreateWorktreeInput(start.RepoPath, agent.SessionId, start.BaseCommit), Retries.Git);
            session = session with { BranchName = worktree.Branch, WorktreePath = worktree.Path };
            await SaveAsync(context, session);

            RunResult run = await context.CallActivityAsync<RunResult>(
                ActivityNames.RunAgent,
                new AgentRun(agent.SessionId, start.ProjectId, start.RepoPath, worktree.Path, agent.Prompt, agent.Command, agent.TimeoutSeconds, start.BaseCommit));
            CommittedWork work = await context.CallActivityAsync<CommittedWork>(
                ActivityNames.CommitWork,
                new CommitWorkInput(start.RepoPath, worktree.Path, worktree.Branch, start.BaseCommit, Messages.Work(start.ProjectId, agent), context.CurrentUtcDateTime),
                Retries.Git);
            session = session with
            {
                Status = StatusOf(run, work),
                HeadCommit = work.HeadCommit,
                FilesChanged = work.FilesChanged,
                ExitCode = run.ExitCode,
                Error = run.Error,
                LastLine = LastLine(run.OutputTail),
                Usage = run.Usage,
                ClientSessionId = run.ClientSessionId ?? session.ClientSessionId,
            };
        }
        catch (TaskFailedException e)
        {
            session = session with { Status = "failed", Error = e.FailureDetails.ErrorMessage };
        }

        session = session with { CompletedAt = context.CurrentUtcDateTime };
        await SaveAsync(context, session);
        return new AgentEnd(session.SessionId, session.Status, session.WorktreePath, session.HeadCommit, session.FilesChanged, session.Usage);
    }

    private static Task SaveAsync(TaskOrchestrationContext context, SessionRecord session) =>
        context.CallActivityAsync(ActivityNames.SaveSession, SessionNews.AddTo(session, context.CurrentUtcDateTime), Retries.Git);

    private static string StatusOf(RunResult run, CommittedWork work) => run.Status switch
    {
        RunStatus.Completed => work.Changed ? "completed" : "no_change",
        RunStatus.Cancelled => "cancelled",
        RunStatus.TimedOut => "timed_out",
        RunStatus.BudgetExceeded => "budget_exceeded",
        RunStatus.Quota => "quota",
        _ => "failed",
    };

    private static string? LastLine(string tail) => tail.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
}
