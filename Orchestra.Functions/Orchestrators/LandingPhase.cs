using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>landing: a compare-and-swap fast-forward of the target. If the target moved, it is merged in and verified again.</summary>
internal sealed class LandingPhase(ProjectRun run)
{
    public async Task RunAsync()
    {
        int moves = 0;
        while (true)
        {
            await run.EnterAsync(Phases.Landing);
            LandOutcome outcome = await run.CallAsync<LandOutcome>(
                ActivityNames.Land, new LandInput(run.Prepared.RepoPath, run.Prepared.TargetBranch, run.Head));
            switch (outcome.Status)
            {
                case LandingStatus.Landed:
                    run.Record = run.Record with { LandedCommit = run.Head, LandedOn = run.Record.LandedOn ?? run.Prepared.BaseCommit };
                    return;
                case LandingStatus.TargetMoved when ++moves > run.Plan.Options.MaxLandingAttempts:
                    throw new PipelineEnd(Phases.Failed, $"{run.Prepared.TargetBranch} moved {moves} times while the result was being verified.");
                case LandingStatus.TargetMoved:
                    await TakeInAsync(outcome.TargetHead);
                    break;
                default:
                    await AskAsync(outcome);
                    break;
            }
        }
    }

    private async Task TakeInAsync(string targetHead)
    {
        string message = Messages.MergeTarget(run.Plan.ProjectId, run.Prepared.TargetBranch);
        MergeOutcome merge = await run.CallAsync<MergeOutcome>(ActivityNames.MergeBranch, new MergeBranchInput(
            run.Prepared.RepoPath, run.IntegrationRef, run.Head, targetHead, message, run.Context.CurrentUtcDateTime));
        var gates = new GatePhase(run);
        Resolution resolution = merge.Commit is not null
            ? new Resolution(merge.Commit, MergeResults.Merged)
            : await new ConflictResolution(run, gates).ResolveAsync(
                ConflictCase.OfTarget(run, targetHead, message, merge.Conflicts));
        run.Head = resolution.Commit
            ?? throw new PipelineEnd(Phases.Failed, $"{run.Prepared.TargetBranch} moved and its changes conflict; the resolution was rejected.");
        // What of the target is in our result, and so what the landing goes on from; a retry must know it, too.
        run.Record = run.Record with { LandedOn = targetHead };
        if (!resolution.Verified)
            await gates.VerifyAsync();
    }

    private async Task AskAsync(LandOutcome outcome)
    {
        DecisionAnswer answer = await run.DecideAsync(
            DecisionTypes.LandingBlocked,
            outcome.Reason ?? "The target could not be moved.",
            "Do what the description says and approve to try again, or reject to fail the pipeline (the work stays on the integration branch).",
            new DecisionContext(Commit: run.Head));
        if (answer.Action != "approve")
            throw new PipelineEnd(Phases.Failed, "Landing was blocked and rejected.");
    }
}
