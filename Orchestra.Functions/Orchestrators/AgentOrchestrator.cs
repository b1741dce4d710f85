using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>Input of one agent's orchestration.</summary>
/// <param name="ProjectId">Null for a session that belongs to no project.</param>
/// <param name="OrchestratorMode">The orchestrator's mode that this is a round of.</param>
/// <param name="TargetBranch">Full name of the branch that the work is for.</param>
public sealed record AgentStart(string? ProjectId, string RepoPath, string BaseCommit, AgentPlan Agent, string? TargetBranch = null, string? OrchestratorMode = null, Budget? ProjectBudget = null);

/// <summary>How one agent ended.</summary>
/// <param name="Status">completed, no_change, failed, cancelled, timed_out, budget_exceeded or quota.</param>
/// <param name="LeftOut">What lies in the worktree and was not committed; null in what was recorded before it was told.</param>
public sealed record AgentEnd(
    string SessionId, string Status, string? WorktreePath, string? HeadCommit, IReadOnlyList<string> FilesChanged, RunUsage? Usage = null,
    IReadOnlyList<string>? LeftOut = null, string? Error = null)
{
    public static AgentEnd Of(SessionRecord session) =>
        new(session.SessionId, session.Status, session.WorktreePath, session.HeadCommit, session.FilesChanged, session.Usage, session.LeftOut, session.Error);
}

/// <summary>One agent from worktree to commit. Its instance id is the session id.</summary>
public static class AgentOrchestrator
{
    [Function(nameof(AgentOrchestrator))]
    public static async Task<AgentEnd> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        AgentStart start = context.GetInput<AgentStart>()!;
        var run = new SessionRun(context, start);
        try
        {
            Worktree worktree = await context.CallActivityAsync<Worktree>(
                ActivityNames.CreateWorktree, new CreateWorktreeInput(start.RepoPath, start.Agent.SessionId, start.BaseCommit), Retries.Git);
            run.Session = run.Session with { BranchName = worktree.Branch, WorktreePath = worktree.Path };
            if (start.Agent.Teammates is { Count: > 0 } readers && start.Agent.AtOnce)
                await new TeamAtOnce(run, readers).RunAsync();
            else if (start.Agent.Teammates is { Count: > 0 } teammates)
                await new TeamSequence(run, teammates).RunAsync(start.BaseCommit);
            else
                await RunAloneAsync(run, start);
        }
        catch (TaskFailedException e)
        {
            run.Fail(e.FailureDetails.ErrorMessage);
        }

        run.Session = run.Session with { CompletedAt = context.CurrentUtcDateTime };
        await run.SaveAsync();
        return AgentEnd.Of(run.Session);
    }

    private static async Task RunAloneAsync(SessionRun run, AgentStart start)
    {
        AgentPlan agent = start.Agent;
        await run.SaveAsync();
        RunResult result = await run.RunAgentAsync(agent.SessionId, agent.Prompt, agent.Command, agent.TimeoutSeconds, start.BaseCommit, sessionId: null);
        CommittedWork work = await run.CommitAsync(Messages.Work(start.ProjectId, agent));
        run.Session = run.Session with
        {
            Status = result.Status == RunStatus.Completed && !work.Changed ? "no_change" : SessionRun.StatusOf(result),
            HeadCommit = work.HeadCommit,
            FilesChanged = work.FilesChanged,
            LeftOut = work.LeftOut,
            ExitCode = result.ExitCode,
            Error = result.Error,
            LastLine = SessionRun.LastLine(result.OutputTail),
            Usage = result.Usage,
            ClientSessionId = result.ClientSessionId ?? run.Session.ClientSessionId,
            ClientNote = result.ClientNote ?? run.Session.ClientNote,
        };
    }
}
