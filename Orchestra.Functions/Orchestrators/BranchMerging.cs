using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>One branch at a time: merged, judged by the gates, noted; or left out again.</summary>
internal sealed class BranchMerging(ProjectRun run, GatePhase gates, IReadOnlyDictionary<string, string> heads)
{
    // What a former run resolved is not known here.
    private List<string>? touched = run.Plan.Resume is null ? [] : null;

    /// <summary>Paths in which the head differs from a plain merge of the branches in it; null when a fix may have changed anything.</summary>
    public IReadOnlyList<string>? Touched => touched;

    /// <summary>Merges a branch, asks about its conflict if there is one, and verifies the result.</summary>
    /// <returns>Whether what is merged now differs from what the plan expected: a conflict was met, or the branch was left out.</returns>
    public async Task<bool> MergeAsync(AgentPlan agent)
    {
        await run.EnterAsync(Phases.Merging);
        int position = NextPosition;
        string before = run.Head;
        MergeOutcome outcome = await TryAsync(agent, position);
        Resolution resolution = outcome.Commit is not null
            ? new Resolution(outcome.Commit, MergeResults.Merged)
            : await new ConflictResolution(run, gates).ResolveAsync(
                ConflictCase.OfAgent(run, agent, heads[agent.SessionId], Messages.Merge(run.Plan.ProjectId, agent, position), outcome.Conflicts));
        bool surprise = outcome.Commit is null;
        if (resolution.Commit is null)
        {
            Note(agent.SessionId, MergeResults.Skipped, position);
            await KeepAsync(agent);
        }
        else
        {
            run.Head = resolution.Commit;
            touched?.AddRange(outcome.Conflicts.Select(c => c.Path));
            Note(agent.SessionId, resolution.Result, position, resolution.Mechanical);
            if (!resolution.Verified && !await gates.VerifyAsync(mayDrop: true))
            {
                await DropAsync(agent, before, run.Head == outcome.Commit ? null : $"{agent.SessionId}-merged");
                surprise = true;
            }

            // A fix is on top: an agent's work, which may be anywhere.
            if (run.Head != resolution.Commit && run.Head != before)
                touched = null;
        }

        await run.SaveAsync(run.Record with { CurrentMerge = null });
        return surprise;
    }

    /// <summary>Merges a branch if it does so cleanly; a merge moves the integration branch, but not yet our head.</summary>
    public Task<MergeOutcome> TryAsync(AgentPlan agent, int position)
    {
        run.Record = run.Record with { CurrentMerge = agent.SessionId };
        return run.CallAsync<MergeOutcome>(ActivityNames.MergeBranch, new MergeBranchInput(
            run.Prepared.RepoPath, run.IntegrationRef, run.Head, heads[agent.SessionId], Messages.Merge(run.Plan.ProjectId, agent, position),
            run.Context.CurrentUtcDateTime));
    }

    /// <summary>The place of the next branch among all of the project; a retry goes on behind what an earlier run has settled.</summary>
    public int NextPosition => run.Record.Merges.Count(m => m.OrderIndex is not null);

    /// <summary>Takes merges back that are not to stay: the only way in which the integration branch goes back, and only to where this run had it.</summary>
    /// <param name="keptAs">A name for what is left behind, when it is more than merges.</param>
    public async Task RetractAsync(string to, string? keptAs = null)
    {
        await run.CallAsync(ActivityNames.RetractIntegration, new RetractIntegrationInput(
            run.Prepared.RepoPath, run.IntegrationRef, run.Head, to, keptAs, run.Context.CurrentUtcDateTime));
        run.Head = to;
    }

    public void Note(string sessionId, string result, int? position, MechanicalMerge? mechanical = null, string? commit = null)
    {
        bool isMerged = result is not (MergeResults.Skipped or MergeResults.NoChange);
        var merge = new SessionMerge(
            sessionId, result, position, isMerged ? commit ?? run.Head : null, run.Context.CurrentUtcDateTime, mechanical);
        run.Record = run.Record with
        {
            Merges = [.. run.Record.Merges, merge],
            MergedCount = run.Record.MergedCount + (isMerged ? 1 : 0),
        };
    }

    /// <summary>The branch just merged is left out after all, with its resolution and the fixes that were tried on it.</summary>
    private async Task DropAsync(AgentPlan agent, string before, string? keptAs)
    {
        await RetractAsync(before, keptAs);
        run.Record = run.Record with
        {
            Merges = [.. run.Record.Merges.Select(m => m.SessionId == agent.SessionId ? m with { MergeResult = MergeResults.Skipped, Commit = null } : m)],
            MergedCount = run.Record.MergedCount - 1,
        };
        run.Tell(EventNames.MergeSkipped, new { agent.SessionId });
        await KeepAsync(agent);
    }

    private Task KeepAsync(AgentPlan agent) => run.CallAsync(
        ActivityNames.KeepWork, new KeepWorkInput(run.Prepared.RepoPath, agent.SessionId, null, run.Context.CurrentUtcDateTime));
}
