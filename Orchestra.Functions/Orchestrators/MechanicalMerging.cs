using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>How a conflict came to its end.</summary>
/// <param name="Commit">The merge commit, which the integration branch is at; null when the person rejected it.</param>
/// <param name="Verified">Whether the gates have passed on it already.</param>
internal sealed record Resolution(string? Commit, string Result, bool Verified = false, MechanicalMerge? Mechanical = null)
{
    public static readonly Resolution Rejected = new(null, MergeResults.Skipped);
}

/// <param name="End">Set when the conflict is over.</param>
/// <param name="Answer">Set when a person wants an agent to resolve it.</param>
/// <param name="Trouble">Why the mechanical result did not stand.</param>
internal sealed record MechanicalAttempt(Resolution? End = null, DecisionAnswer? Answer = null, string? Trouble = null);

/// <summary>
/// Conflicts that can be settled by keeping both sides' lines. The candidate becomes the head only after its gates passed, so that one that
/// fails leaves nothing behind but its gate records.
/// </summary>
internal sealed class MechanicalMerging(ProjectRun run, GatePhase gates)
{
    public async Task<MechanicalAttempt> TryAsync(string? sessionId, string incoming, string theirs, string message, IReadOnlyList<ConflictedFile> conflicts)
    {
        if (run.Plan.Options.Mechanical == MechanicalPolicies.Off)
            return new MechanicalAttempt();
        var input = new ResolveMechanicallyInput(run.Prepared.RepoPath, run.Head, theirs, message, run.Context.CurrentUtcDateTime);
        MechanicalOutcome outcome = await run.CallAsync<MechanicalOutcome>(ActivityNames.ResolveMechanically, input);
        if (outcome.Commit is null)
            return new MechanicalAttempt();

        var merge = new MechanicalMerge(outcome.Commit, outcome.Files, outcome.Diff);
        if (run.Plan.Options.Mechanical == MechanicalPolicies.Ask || !gates.HasGates)
        {
            DecisionAnswer answer = await AskAsync(sessionId, incoming, theirs, conflicts, merge);
            if (answer.Action == DecisionAnswers.Reject)
                return new MechanicalAttempt(Resolution.Rejected);
            if (answer.Action == DecisionAnswers.Agent)
                return new MechanicalAttempt(Answer: answer);

            // Nothing refers to the candidate, and the answer may have taken months: made again, it is the same commit.
            await run.CallAsync<MechanicalOutcome>(ActivityNames.ResolveMechanically, input);
        }

        string? objection = await gates.ObjectionAsync(outcome.Commit);
        if (objection is not null)
            return new MechanicalAttempt(Trouble: $"both sides' lines were kept, but {objection}.");
        await run.CallAsync(ActivityNames.AdvanceIntegration, new AdvanceIntegrationInput(
            run.Prepared.RepoPath, run.IntegrationRef, run.Head, outcome.Commit));
        return new MechanicalAttempt(new Resolution(outcome.Commit, MergeResults.MergedMechanical, Verified: true, merge));
    }

    private Task<DecisionAnswer> AskAsync(
        string? sessionId, string incoming, string theirs, IReadOnlyList<ConflictedFile> conflicts, MechanicalMerge merge) =>
        run.DecideAsync(
            DecisionTypes.MergeConflict,
            $"{incoming} conflicts with what is merged, in {string.Join(", ", merge.Files)}. Both sides only touch or insert at the same place, so both can be kept.",
            "Approve to keep both sides' lines as shown, answer 'agent' to let an agent resolve the conflict, or reject to leave it out.",
            new DecisionContext(SessionId: sessionId, Conflicts: conflicts, Commit: theirs, Mechanical: merge),
            [DecisionAnswers.Approve, DecisionAnswers.Agent, DecisionAnswers.Reject]);
}
