using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>
/// The events between two states of a project. They follow from what is saved, so that no phase has to remember to tell anything and
/// nothing is told that is not saved. Keys are the project and a running number that the record carries.
/// </summary>
internal static class ProjectNews
{
    /// <param name="before">What was saved last; null at the start.</param>
    /// <param name="told">What the record does not show; comes last.</param>
    public static ProjectRecord AddTo(ProjectRecord after, ProjectRecord? before, IReadOnlyList<(string Name, object Data)> told, DateTime at)
    {
        List<NewEvent> news = [.. Between(before, after).Concat(told).Select((e, i) => NewEvent.Of(
            $"project/{after.ProjectId}/{after.EventCount + i}", EventChannels.Gm, EventTypes.GmProgress, e.Name, after.ProjectId, null, at, e.Data))];
        int count = news.Count;
        if (Phases.IsFinal(after.Phase) && after.Phase != before?.Phase)
            news.Add(Execution(after, after.EventCount + count++, at));
        return after with { News = news, EventCount = after.EventCount + count };
    }

    private static NewEvent Execution(ProjectRecord project, int number, DateTime at) => NewEvent.Of(
        $"project/{project.ProjectId}/{number}", EventChannels.Status, EventTypes.NewExecution, null, project.ProjectId, null, at, new
        {
            Data = new
            {
                Id = project.ProjectId,
                Timestamp = at,
                Mode = "gm",
                project.ProjectName,
                project.Phase,
                project.AgentCount,
                SuccessCount = project.CompletedCount,
                FailCount = project.FailedCount,
                EstimatedCost = project.Usage?.CostUsd ?? 0,
            },
        });

    private static IEnumerable<(string Name, object Data)> Between(ProjectRecord? before, ProjectRecord after)
    {
        if (before is null)
            yield return (EventNames.ProjectStarted, new { after.ProjectName, after.RepoPath, after.AgentCount });
        foreach (GateRecord gate in after.Gates.Skip(before?.Gates.Count ?? 0))
            yield return (EventNames.GateResult(gate.Kind), new { gate.Success, Output = gate.OutputTail, gate.ExitCode, gate.Commit, gate.Seconds, gate.Attempt, gate.Reused });
        if (after.MergeOrder.Count > 0 && !after.MergeOrder.SequenceEqual(before?.MergeOrder ?? []))
            yield return (EventNames.MergeOrderDetermined, new { after.MergeOrder, Scores = after.MergeScores });
        foreach (var merge in Merges(before, after))
            yield return merge;
        if (after.Phase != before?.Phase)
        {
            foreach (var change in Entered(after))
                yield return change;
        }
    }

    private static IEnumerable<(string Name, object Data)> Merges(ProjectRecord? before, ProjectRecord after)
    {
        string? started = before?.CurrentMerge;
        foreach (SessionMerge merge in after.Merges.Skip(before?.Merges.Count ?? 0))
        {
            if (merge.OrderIndex is { } index && merge.SessionId != started)
                yield return (EventNames.MergeStarted, new { merge.SessionId, Index = index });
            started = merge.SessionId;
            if (merge.MergeResult == MergeResults.MergedResolved)
                yield return (EventNames.ConflictResolved, new { merge.SessionId });
            yield return (EventNames.MergeCompleted, new { merge.SessionId, Skipped = merge.Commit is null, merge.MergeResult, merge.Commit });
        }

        if (after.CurrentMerge is { } current && current != started)
            yield return (EventNames.MergeStarted, new { SessionId = current, Index = after.MergeOrder.ToList().IndexOf(current) });
    }

    private static IEnumerable<(string Name, object Data)> Entered(ProjectRecord project)
    {
        yield return (EventNames.PhaseChange, new { project.Phase });
        switch (project.Phase)
        {
            case Phases.Completed:
                yield return (EventNames.ProjectCompleted, new { project.LandedCommit, project.MergedCount });
                break;
            case Phases.Failed:
                yield return (EventNames.ProjectFailed, new { Reason = project.ErrorMessage });
                break;
            case Phases.Cancelled:
                yield return (EventNames.ProjectCancelled, new { Reason = project.ErrorMessage });
                break;
        }
    }
}
