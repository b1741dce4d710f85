using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>analyzing and merging: each branch comes in as one merge commit, then passes the gates before the next one.</summary>
internal sealed class MergePhase(ProjectRun run, GatePhase gates)
{
    /// <returns>Whether anything was merged.</returns>
    public async Task<bool> RunAsync(IReadOnlyList<AgentEnd> ends)
    {
        await run.EnterAsync(Phases.Analyzing);
        // In the order of the launch, whoever finished first.
        List<AgentPlan> agents = [.. run.Plan.Agents.Where(a => ends.Any(e => e.SessionId == a.SessionId && e.Status == "completed"))];
        foreach (AgentEnd end in ends.Where(e => e.Status == "no_change"))
            Note(end.SessionId, MergeResults.NoChange, null);
        if (agents.Count == 0)
            return run.Record.MergedCount > 0;

        var heads = ends.ToDictionary(e => e.SessionId, e => e.HeadCommit!);
        var planning = new PlanPhase(run);
        var pending = new List<AgentPlan>(agents);
        var order = new Queue<string>(await planning.PlanAsync(pending, heads, "The agents ended."));
        while (order.TryDequeue(out string? session))
        {
            AgentPlan agent = pending.Single(a => a.SessionId == session);
            pending.Remove(agent);
            bool conflicted = await MergeAsync(agent, heads[session], run.Record.Merges.Count(m => m.OrderIndex is not null));

            // A resolution is in no branch, so it may be in the way of any of them.
            if (conflicted && pending.Count > 0)
                order = new Queue<string>(await planning.PlanAsync(pending, heads, $"The conflict of {session} was settled."));
        }

        return run.Record.MergedCount > 0;
    }

    /// <returns>Whether it conflicted.</returns>
    private async Task<bool> MergeAsync(AgentPlan agent, string theirs, int position)
    {
        await run.EnterAsync(Phases.Merging);
        run.Record = run.Record with { CurrentMerge = agent.SessionId };
        string message = Messages.Merge(run.Plan.ProjectId, agent, position);
        MergeOutcome outcome = await run.CallAsync<MergeOutcome>(ActivityNames.MergeBranch, new MergeBranchInput(
            run.Prepared.RepoPath, run.IntegrationRef, run.Head, theirs, message, run.Context.CurrentUtcDateTime));
        Resolution resolution = outcome.Commit is not null
            ? new Resolution(outcome.Commit, MergeResults.Merged)
            : await new ConflictResolution(run, gates).ResolveAsync(
                ConflictCase.OfAgent(run, agent, theirs, message, outcome.Conflicts));
        if (resolution.Commit is null)
        {
            Note(agent.SessionId, MergeResults.Skipped, position);
            await run.CallAsync(ActivityNames.KeepWork, new KeepWorkInput(run.Prepared.RepoPath, agent.SessionId, null, run.Context.CurrentUtcDateTime));
        }
        else
        {
            run.Head = resolution.Commit;
            Note(agent.SessionId, resolution.Result, position, resolution.Mechanical);
            if (!resolution.Verified)
                await gates.VerifyAsync();
        }

        await run.SaveAsync(run.Record with { CurrentMerge = null });
        return outcome.Commit is null;
    }

    private void Note(string sessionId, string result, int? position, MechanicalMerge? mechanical = null)
    {
        var merge = new SessionMerge(
            sessionId, result, position, result is MergeResults.Skipped or MergeResults.NoChange ? null : run.Head, run.Context.CurrentUtcDateTime, mechanical);
        run.Record = run.Record with
        {
            Merges = [.. run.Record.Merges, merge],
            MergedCount = run.Record.MergedCount + (merge.Commit is null ? 0 : 1),
        };
    }
}
