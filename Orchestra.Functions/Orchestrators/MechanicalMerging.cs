using Microsoft.DurableTask;
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
/// <param name="Trouble">Why the result by rule did not stand.</param>
internal sealed record MechanicalAttempt(Resolution? End = null, DecisionAnswer? Answer = null, string? Trouble = null);

/// <summary>
/// Conflicts that can be settled by rule: files of a configured class, and places where both sides' lines can be kept. The candidate becomes the
/// head only after its gates passed, so that one that fails leaves nothing behind but its gate records.
/// </summary>
internal sealed class MechanicalMerging(ProjectRun run, GatePhase gates)
{
    public async Task<MechanicalAttempt> TryAsync(ConflictCase conflict)
    {
        PipelineOptions options = run.Plan.Options;
        MergePolicy policy = await run.CallAsync<MergePolicy>(ActivityNames.ReadMergePolicy, new ReadMergePolicyInput(
            run.Prepared.RepoPath, run.Prepared.BaseCommit, options.Merging ?? MergePolicy.None with { Mechanical = options.Mechanical }));
        var input = new ResolveMechanicallyInput(run.Prepared.RepoPath, run.Head, conflict.Theirs, conflict.Message, run.Context.CurrentUtcDateTime, policy);
        MechanicalOutcome outcome = await run.CallAsync<MechanicalOutcome>(ActivityNames.ResolveMechanically, input);
        if (outcome.Commit is null)
            return new MechanicalAttempt(Trouble: policy.Problem is null ? null : $"The repository's own rules are not used: {policy.Problem}");

        IReadOnlyList<SettledFile> settled = outcome.Settled ?? [];
        bool keepsLines = settled.Any(file => file.How == SettledBy.Mechanical);
        var merge = new MechanicalMerge(outcome.Commit, outcome.Files, outcome.Diff, settled);
        if (keepsLines && (policy.Mechanical == MechanicalPolicies.Ask || !gates.HasGates))
        {
            DecisionAnswer answer = await AskAsync(conflict, merge);
            if (answer.Action == DecisionAnswers.Reject)
                return new MechanicalAttempt(Resolution.Rejected);
            if (answer.Action == DecisionAnswers.Agent)
                return new MechanicalAttempt(Answer: answer);

            // Nothing refers to the candidate, and the answer may have taken months: made again, it is the same commit.
            await run.CallAsync<MechanicalOutcome>(ActivityNames.ResolveMechanically, input);
        }

        (string? commit, string? trouble) = await RegenerateAsync(input, outcome.Commit, settled);
        if (commit is not null && await gates.ObjectionAsync(commit) is { } objection)
            trouble = $"It was settled by rule, but {objection}.";
        if (trouble is not null)
            return new MechanicalAttempt(Trouble: trouble);
        await run.CallAsync(ActivityNames.AdvanceIntegration, new AdvanceIntegrationInput(
            run.Prepared.RepoPath, run.IntegrationRef, run.Head, commit!));
        return new MechanicalAttempt(new Resolution(
            commit, keepsLines ? MergeResults.MergedMechanical : MergeResults.MergedByPolicy, Verified: true, merge with { Commit = commit! }));
    }

    private async Task<(string? Commit, string? Trouble)> RegenerateAsync(ResolveMechanicallyInput merge, string candidate, IReadOnlyList<SettledFile> settled)
    {
        List<SettledFile> stale = [.. settled.Where(file => file.Regenerate is not null)];
        if (stale.Count == 0)
            return (candidate, null);
        string command = string.Join('\n', stale.Select(file => file.Regenerate).Distinct().Prepend("set -e"));
        var gate = new GateInput(
            run.Plan.ProjectId, run.NextWorkId("regenerate"), "regenerate", merge.RepoPath, candidate, command, run.Plan.Options.GateTimeoutSeconds);
        string message = $"{merge.Message}\nOrchestra-Resolution: {string.Join(", ", settled.Select(file => file.How).Distinct().Order(StringComparer.Ordinal))}";
        RegeneratedMerge outcome = await run.Context.CallActivityAsync<RegeneratedMerge>(ActivityNames.Regenerate, new RegenerateInput(
            gate, merge.Ours, merge.Theirs, [.. stale.Select(file => file.Path)], message, merge.Date));
        run.ThrowIfCancelled();
        string tail = outcome.Run.OutputTail;
        return outcome.Commit is not null
            ? (outcome.Commit, null)
            : (null, $"Generated files could not be written anew, {string.Join(", ", stale.Select(file => file.Path))}: {outcome.Run.Error} {(tail.Length <= 500 ? tail : tail[^500..]).Trim()}");
    }

    private Task<DecisionAnswer> AskAsync(ConflictCase conflict, MechanicalMerge merge) =>
        run.DecideAsync(
            DecisionTypes.MergeConflict,
            $"{conflict.Incoming} conflicts with what is merged, in {string.Join(", ", merge.Files)}. Both sides only touch or insert at the same place, so both can be kept.",
            $"Approve to keep both sides' lines as shown, answer 'agent' to let an agent resolve the conflict, or reject to {conflict.Refusal}.",
            new DecisionContext(
                SessionId: conflict.SessionId, Conflicts: conflict.Conflicts, Commit: conflict.Theirs, Mechanical: merge, Parties: conflict.Parties),
            [DecisionAnswers.Approve, DecisionAnswers.Agent, DecisionAnswers.Reject]);
}
