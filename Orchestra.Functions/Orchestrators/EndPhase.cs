using Microsoft.DurableTask;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>Whatever the end: what did not land is kept, worktrees go, open decisions are closed, the final phase is written last.</summary>
internal sealed class EndPhase(ProjectRun run)
{
    public async Task FinishAsync(IReadOnlyList<AgentEnd> ends, string phase, string? reason)
    {
        string? trouble = null;
        try
        {
            foreach (AgentEnd end in ends.Where(e => e.WorktreePath is not null && (!IsMerged(e) || HasRest(e))))
            {
                await run.CallAsync(ActivityNames.KeepWork, new KeepWorkInput(
                    run.Prepared.RepoPath, end.SessionId, end.WorktreePath, run.Context.CurrentUtcDateTime, IsMerged(end) ? end.HeadCommit : null));
            }

            CleanedUp? cleaned = await run.CallAsync<CleanedUp?>(ActivityNames.CleanUp, new CleanUpInput(
                run.Prepared.RepoPath, run.Plan.ProjectId, [.. ends.Select(e => e.WorktreePath).OfType<string>(), .. run.Attempts.Paths], Keep: run.Attempts.Left));
            if (cleaned?.Left is { Count: > 0 } left)
                trouble = $"What is left: {string.Join("; ", left)}.";
        }
        catch (TaskFailedException e)
        {
            // The outcome stands; what could not be tidied is said.
            trouble = $"{e.TaskName}: {e.FailureDetails.ErrorMessage}";
        }

        await run.CallAsync(ActivityNames.CloseDecisions, run.Plan.ProjectId);
        await run.SaveAsync(run.Record with
        {
            Phase = phase,
            FailedPhase = phase == Phases.Completed ? null : run.Record.Phase,
            CurrentMerge = null,
            ErrorMessage = reason ?? trouble,
            CompletedAt = run.Context.CurrentUtcDateTime,
        });
    }

    // Secrets and large files: they are on no branch, whatever became of the rest.
    private static bool HasRest(AgentEnd end) => end.LeftOut is { Count: > 0 };

    private bool IsMerged(AgentEnd end) =>
        end.Status == "no_change" || run.Record.Merges.Any(m => m.SessionId == end.SessionId && m.Commit is not null && run.Record.LandedCommit is not null);
}
