using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>The teammates of a team, one after the other in one worktree: each is told what the former ones wrote, each one's work is a commit.</summary>
internal sealed class TeamSequence(SessionRun run, IReadOnlyList<TeammatePlan> teammates)
{
    private readonly List<Handover> handovers = [];

    /// <param name="head">The commit that the worktree is at.</param>
    public async Task RunAsync(string head)
    {
        run.Expect(teammates);
        double secondsLeft = run.Agent.TimeoutSeconds;
        for (int i = 0; i < teammates.Count && run.Session.Status == "running"; i++)
        {
            run.Note(i, run.Session.Tasks[i] with { Status = "running", StartedAt = run.Context.CurrentUtcDateTime });
            await run.SaveAsync();
            RunResult result = await RunAsync(i, head, secondsLeft);
            CommittedWork work = await run.CommitAsync(Messages.Work(run.Session.ProjectId, run.Agent, teammates[i]));
            head = work.HeadCommit;
            secondsLeft -= (result.CompletedAt - result.StartedAt).TotalSeconds;
            Conclude(i, result, work);
        }

        run.Session = run.Session with
        {
            Status = run.Session.Status == "running" ? End(head) : run.Session.Status,
            Tasks = [.. run.Session.Tasks.Select(t => t.Status == "pending" ? t with { Status = "skipped" } : t)],
        };
    }

    private Task<RunResult> RunAsync(int i, string head, double secondsLeft)
    {
        TeammatePlan teammate = teammates[i];
        return run.RunAgentAsync(
            run.Session.Tasks[i].Id,
            Messages.TeammatePrompt(run.Agent, teammate, handovers),
            teammate.Command,
            (int)Math.Max(1, Math.Min(teammate.TimeoutSeconds, Math.Ceiling(secondsLeft))),
            head,
            run.Agent.SessionId);
    }

    private void Conclude(int i, RunResult result, CommittedWork work)
    {
        handovers.Add(new Handover(teammates[i].Name, result.Answer ?? result.OutputTail, work.FilesChanged));
        run.Conclude(i, result, work.HeadCommit);
        string status = run.Session.Tasks[i].Status;
        run.Session = run.Session with
        {
            Status = EndsAll(status) ? status : "running",
            HeadCommit = work.HeadCommit,
            FilesChanged = work.FilesChanged,
            LeftOut = work.LeftOut,
            ExitCode = result.ExitCode,
            Error = result.Error is null ? run.Session.Error : $"{teammates[i].Name}: {result.Error}",
            ClientSessionId = result.ClientSessionId ?? run.Session.ClientSessionId,
        };
    }

    // One that did not complete ends the session, and its status is the session's; in a round of a mode the others have their turn still.
    private bool EndsAll(string status) =>
        status != "completed" && !(OrchestratorModes.IsOfAgents(run.Session.OrchestratorMode) && (status is "failed" or "timed_out"));

    private string End(string head) =>
        run.Session.Tasks.Any(t => t.Status != "completed") ? "failed" : head == run.Session.BaseCommit ? "no_change" : "completed";
}
