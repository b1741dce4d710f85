using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>analyzing and merging: each branch comes in as one merge commit, in the order of the plan, which is made anew after a surprise.</summary>
internal sealed class MergePhase(ProjectRun run, GatePhase gates)
{
    /// <returns>Whether anything was merged.</returns>
    public async Task<bool> RunAsync(IReadOnlyList<AgentEnd> ends)
    {
        await run.EnterAsync(Phases.Analyzing);
        // In the order of the launch, whoever finished first.
        List<AgentPlan> pending = [.. run.Plan.Agents.Where(a => ends.Any(e => e.SessionId == a.SessionId && e.Status == "completed"))];
        var heads = ends.Where(e => e.HeadCommit is not null).ToDictionary(e => e.SessionId, e => e.HeadCommit!);
        var merging = new BranchMerging(run, gates, heads);
        foreach (AgentEnd end in ends.Where(e => e.Status == "no_change"))
            merging.Note(end.SessionId, MergeResults.NoChange, null);
        if (pending.Count == 0)
            return run.Record.MergedCount > 0;

        var planning = new PlanPhase(run);
        string? reason = "The agents ended.";
        IReadOnlyList<string> order = [];
        List<AgentPlan> putOff = [];
        while (pending.Count > 0)
        {
            int clean = 0;
            if (reason is not null)
                (order, clean) = await planning.PlanAsync(pending, heads, reason, merging.Touched);
            reason = null;
            List<AgentPlan> next = [.. order.Where(id => pending.Any(a => a.SessionId == id)).Select(id => pending.Single(a => a.SessionId == id))];
            if (run.Plan.Options.Gates == GateModes.Batch && gates.HasGates && clean > 1)
            {
                next = next[..clean];
                putOff.AddRange(await new BatchMerging(run, gates, merging).RunAsync(next));
                pending.RemoveAll(next.Contains);
                continue;
            }

            pending.Remove(next[0]);
            if (await merging.MergeAsync(next[0]))
                reason = $"{next[0].SessionId} was settled otherwise than planned.";
        }

        foreach (AgentPlan agent in putOff)
            await merging.MergeAsync(agent);
        return run.Record.MergedCount > 0;
    }
}
