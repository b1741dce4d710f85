using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Git.Mechanical;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>The git steps of a pipeline. Each may run twice, also after a crash in its middle, and has its effect once.</summary>
public sealed class GitActivities(
    ProjectPreparer preparer,
    Worktrees worktrees,
    WorkCommitter committer,
    MergePlanner planner,
    BranchMerger merger,
    MechanicalResolver mechanical,
    MergePolicies policies,
    GitPlumbing plumbing,
    ConflictWork conflicts,
    FixWork fixes,
    Lander lander,
    Keeper keeper,
    WorktreeCleaner cleaner,
    IntegrationResumer resumer,
    LandingReverter reverter)
{
    [Function(ActivityNames.PrepareProject)]
    public Task<PreparedProject> PrepareProject([ActivityTrigger] PrepareProjectInput input, CancellationToken cancellationToken) =>
        preparer.PrepareAsync(input, cancellationToken);

    /// <returns>The integration branch's head.</returns>
    [Function(ActivityNames.ResumeIntegration)]
    public Task<string> ResumeIntegration([ActivityTrigger] ResumeIntegrationInput input, CancellationToken cancellationToken) =>
        resumer.ResumeAsync(input, cancellationToken);

    /// <returns>The commit, or none: it conflicts, or the landing is not on the target any more.</returns>
    [Function(ActivityNames.RevertLanding)]
    public Task<MergeOutcome> RevertLanding([ActivityTrigger] RevertLandingInput input, CancellationToken cancellationToken) =>
        reverter.RevertAsync(input, cancellationToken);

    [Function(ActivityNames.CreateWorktree)]
    public Task<Worktree> CreateWorktree([ActivityTrigger] CreateWorktreeInput input, CancellationToken cancellationToken) =>
        worktrees.CreateAsync(input, cancellationToken);

    [Function(ActivityNames.CommitWork)]
    public Task<CommittedWork> CommitWork([ActivityTrigger] CommitWorkInput input, CancellationToken cancellationToken) =>
        committer.CommitAsync(input, cancellationToken);

    [Function(ActivityNames.PlanMerges)]
    public Task<MergePlan> PlanMerges([ActivityTrigger] PlanMergesInput input, CancellationToken cancellationToken) =>
        planner.PlanAsync(input, cancellationToken);

    [Function(ActivityNames.MergeBranch)]
    public Task<MergeOutcome> MergeBranch([ActivityTrigger] MergeBranchInput input, CancellationToken cancellationToken) =>
        merger.MergeAsync(input, cancellationToken);

    [Function(ActivityNames.ResolveMechanically)]
    public Task<MechanicalOutcome> ResolveMechanically([ActivityTrigger] ResolveMechanicallyInput input, CancellationToken cancellationToken) =>
        mechanical.ResolveAsync(input, cancellationToken);

    [Function(ActivityNames.ReadMergePolicy)]
    public Task<MergePolicy> ReadMergePolicy([ActivityTrigger] ReadMergePolicyInput input, CancellationToken cancellationToken) =>
        policies.ReadAsync(input, cancellationToken);

    [Function(ActivityNames.AdvanceIntegration)]
    public Task AdvanceIntegration([ActivityTrigger] AdvanceIntegrationInput input, CancellationToken cancellationToken) =>
        plumbing.MoveRefAsync(
            input.RepoPath, input.IntegrationRef, GitNames.CommitId(input.From), GitNames.CommitId(input.To), "agent-orchestra: verified merge", cancellationToken);

    /// <summary>The reverse of <see cref="AdvanceIntegration"/>: exactly from where the run had the branch, so that nobody's commit is lost.</summary>
    [Function(ActivityNames.RetractIntegration)]
    public async Task RetractIntegration([ActivityTrigger] RetractIntegrationInput input, CancellationToken cancellationToken)
    {
        string from = GitNames.CommitId(input.From);
        if (input.KeptAs is { } name)
            await keeper.AddAsync(input.RepoPath, name, from, input.Date, cancellationToken);
        await plumbing.MoveRefBackAsync(
            input.RepoPath, input.IntegrationRef, from, GitNames.CommitId(input.To), "agent-orchestra: left out", cancellationToken);
    }

    [Function(ActivityNames.LayOutConflict)]
    public Task<LaidOutWorktree> LayOutConflict([ActivityTrigger] LayOutConflictInput input, CancellationToken cancellationToken) =>
        conflicts.LayOutAsync(input, cancellationToken);

    [Function(ActivityNames.ConcludeConflict)]
    public Task<ConcludedWork> ConcludeConflict([ActivityTrigger] ConcludeConflictInput input, CancellationToken cancellationToken) =>
        conflicts.ConcludeAsync(input, cancellationToken);

    [Function(ActivityNames.LayOutFix)]
    public Task<LaidOutWorktree> LayOutFix([ActivityTrigger] LayOutFixInput input, CancellationToken cancellationToken) =>
        fixes.LayOutAsync(input, cancellationToken);

    [Function(ActivityNames.ConcludeFix)]
    public Task<ConcludedWork> ConcludeFix([ActivityTrigger] ConcludeFixInput input, CancellationToken cancellationToken) =>
        fixes.ConcludeAsync(input, cancellationToken);

    [Function(ActivityNames.Land)]
    public Task<LandOutcome> Land([ActivityTrigger] LandInput input, CancellationToken cancellationToken) =>
        lander.LandAsync(input, cancellationToken);

    /// <returns>The kept commit, or null when there was nothing to keep.</returns>
    [Function(ActivityNames.KeepWork)]
    public Task<string?> KeepWork([ActivityTrigger] KeepWorkInput input, CancellationToken cancellationToken) =>
        keeper.KeepAsync(input, cancellationToken);

    [Function(ActivityNames.CleanUp)]
    public Task<CleanedUp> CleanUp([ActivityTrigger] CleanUpInput input, CancellationToken cancellationToken) =>
        cleaner.CleanUpAsync(input, cancellationToken);
}
