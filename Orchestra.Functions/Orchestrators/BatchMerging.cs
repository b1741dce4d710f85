using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>
/// Branches that merge cleanly with each other are judged by the gates together. When they fail, a bisect finds the branch to blame; what comes
/// before it stays, it is put off to the end, and the others are tried again.
/// </summary>
internal sealed class BatchMerging(ProjectRun run, GatePhase gates, BranchMerging merging)
{
    /// <returns>The branches that are to be merged one by one at the end: to blame, or in conflict after all.</returns>
    public async Task<IReadOnlyList<AgentPlan>> RunAsync(IReadOnlyList<AgentPlan> batch)
    {
        var putOff = new List<AgentPlan>();
        IReadOnlyList<AgentPlan> rest = batch;
        while (rest.Count > 0)
        {
            await run.EnterAsync(Phases.Merging);
            (List<AgentPlan> merged, List<string> heads) = await MergeAllAsync(rest, putOff);
            if (merged.Count == 0 || await gates.ObjectionAsync(run.Head) is null)
            {
                await NoteAsync(merged, heads);
                break;
            }

            int culprit = await BisectAsync(heads);
            if (culprit == 1 && await gates.ObjectionAsync(heads[0]) is not null)
            {
                // It failed before any of them was merged: none is to blame, and a fix belongs on top of all.
                await NoteAsync(merged, heads);
                await gates.VerifyAsync();
                break;
            }

            await merging.RetractAsync(heads[culprit - 1]);
            await NoteAsync(merged.Take(culprit - 1), heads);
            putOff.Add(merged[culprit - 1]);
            rest = [.. merged.Skip(culprit)];
        }

        return putOff;
    }

    /// <returns>What was merged, and the heads: the one before all merges, then one per merge.</returns>
    private async Task<(List<AgentPlan> Merged, List<string> Heads)> MergeAllAsync(IReadOnlyList<AgentPlan> batch, List<AgentPlan> putOff)
    {
        var merged = new List<AgentPlan>();
        var heads = new List<string> { run.Head };
        foreach (AgentPlan agent in batch)
        {
            MergeOutcome outcome = await merging.TryAsync(agent, merging.NextPosition + merged.Count);
            if (outcome.Commit is null)
            {
                putOff.Add(agent);
                continue;
            }

            run.Head = outcome.Commit;
            merged.Add(agent);
            heads.Add(run.Head);
        }

        return (merged, heads);
    }

    /// <summary>The first head on which a gate fails; the last one is known to, and the first is taken for sound.</summary>
    private async Task<int> BisectAsync(List<string> heads)
    {
        int sound = 0;
        int failing = heads.Count - 1;
        while (failing - sound > 1)
        {
            int middle = (sound + failing) / 2;
            if (await gates.ObjectionAsync(heads[middle]) is null)
                sound = middle;
            else
                failing = middle;
        }

        return failing;
    }

    private Task NoteAsync(IEnumerable<AgentPlan> merged, List<string> heads)
    {
        foreach ((AgentPlan agent, string head) in merged.Zip(heads.Skip(1)))
            merging.Note(agent.SessionId, MergeResults.Merged, merging.NextPosition, commit: head);
        return run.SaveAsync(run.Record with { CurrentMerge = null });
    }
}
