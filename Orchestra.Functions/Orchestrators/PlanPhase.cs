using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>Plans the merges that are still to be made, and writes down why the plan is as it is.</summary>
internal sealed class PlanPhase(ProjectRun run)
{
    private int revision;

    /// <param name="pending">Branches to be merged, in the order of the launch.</param>
    /// <param name="reason">What the plan is made after.</param>
    /// <param name="touched">Paths in which the head differs from a plain merge of the branches; null when that is not known.</param>
    /// <returns>Session ids in merge order, and how many of them, from the first, merge without a conflict.</returns>
    public async Task<(IReadOnlyList<string> Order, int CleanCount)> PlanAsync(IReadOnlyList<AgentPlan> pending, IReadOnlyDictionary<string, string> heads, string reason, IReadOnlyList<string>? touched)
    {
        MergePlan plan = await run.CallAsync<MergePlan>(ActivityNames.PlanMerges, new PlanMergesInput(
            run.Prepared.RepoPath, run.Prepared.BaseCommit, [.. pending.Select(a => new BranchHead(a.SessionId, heads[a.SessionId]))], run.Head,
            [.. run.Record.Merges.Where(m => m.Commit is not null && heads.ContainsKey(m.SessionId)).Select(m => new BranchHead(m.SessionId, heads[m.SessionId]))],
            touched));

        // A retry goes on behind what an earlier run has settled.
        List<string> settled = [.. run.Record.Merges.Where(m => m.OrderIndex is not null).Select(m => m.SessionId)];
        var stored = new ProjectMergePlan(
            run.Plan.ProjectId, ++revision, reason, run.Prepared.BaseCommit, run.Head, run.Context.CurrentUtcDateTime,
            [.. plan.Order.Select((session, index) => Describe(pending.Single(a => a.SessionId == session), plan, index, settled.Count))]);
        await run.CallAsync(ActivityNames.SavePlan, stored);
        run.Tell(EventNames.MergePlanned, new { stored.Revision, stored.Reason, plan.CleanCount, plan.Conflicts });
        await run.SaveAsync(run.Record with { MergeOrder = [.. settled, .. plan.Order], MergeScores = plan.Scores });
        return (plan.Order, plan.CleanCount);
    }

    private static PlannedBranch Describe(AgentPlan agent, MergePlan plan, int index, int offset)
    {
        string session = agent.SessionId;
        List<PlannedConflict> conflicts = [.. plan.Conflicts
            .Where(c => c.SessionA == session || c.SessionB == session)
            .Select(c => new PlannedConflict(c.SessionB.Length == 0 ? null : c.SessionA == session ? c.SessionB : c.SessionA, c.Files, c.Hunks))];
        bool clean = index < plan.CleanCount;
        return new PlannedBranch(
            session, agent.Team, Messages.Title(agent.Task), offset + index, clean, Why(clean, plan, conflicts), plan.Files[session], conflicts);
    }

    private static string Why(bool clean, MergePlan plan, List<PlannedConflict> conflicts)
    {
        string set = plan.CleanCount == 1 ? "It" : $"It is one of the largest set of {plan.CleanCount} branches that";
        if (clean)
            return $"{set} {(plan.CleanCount == 1 ? "merges" : "merge")} without a conflict{(plan.CleanCount == 1 ? "" : " with each other")}.";
        string whom = conflicts.Any(c => c.With is null) ? "what is merged already" : $"{conflicts.Count} of the others";
        int? hunks = conflicts.Any(c => c.Hunks is null) ? null : conflicts.Sum(c => c.Hunks!.Value);
        return $"It conflicts with {whom}{(hunks is null ? "" : $", in {hunks} {(hunks == 1 ? "place" : "places")} all in all")}; those with fewer conflicts go before it.";
    }
}
