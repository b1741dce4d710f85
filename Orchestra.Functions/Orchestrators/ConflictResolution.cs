using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>
/// A merge that conflicts: what can be settled by rule is judged by the gates; for the rest a person decides whether an agent resolves it, they
/// do it themselves, or the branch stays out.
/// </summary>
internal sealed class ConflictResolution(ProjectRun run, GatePhase gates)
{
    private readonly ConflictWorktree worktree = new(run, gates);

    public async Task<Resolution> ResolveAsync(ConflictCase conflict)
    {
        MechanicalAttempt mechanical = await new MechanicalMerging(run, gates).TryAsync(conflict);
        if (mechanical.End is { } end)
            return end;
        string? note = mechanical.Trouble;
        DecisionAnswer? given = mechanical.Answer;
        while (true)
        {
            string workId = run.NextWorkId("manual");
            DecisionAnswer answer = given ?? await AskAsync(conflict, note, workId);
            given = null;
            switch (answer.Action)
            {
                case DecisionAnswers.Reject:
                    return Resolution.Rejected;
                case DecisionAnswers.Manual:
                    return await new ManualResolution(run, worktree).ResolveAsync(conflict, workId);
            }

            (string? commit, note) = await TryAgentsAsync(conflict, answer.Comment);
            if (commit is not null)
                return new Resolution(commit, MergeResults.MergedResolved);
        }
    }

    private Task<DecisionAnswer> AskAsync(ConflictCase conflict, string? note, string workId)
    {
        int attempts = run.Plan.Options.MaxResolveAttempts;
        return run.DecideAsync(
            DecisionTypes.MergeConflict,
            $"{conflict.Incoming} conflicts with what is merged, in {string.Join(", ", conflict.Paths)}.{(note is null ? "" : $" {note}")}",
            $"Approve to let an agent resolve the conflict{(attempts == 1 ? "" : $" (at most {attempts} attempts)")}, answer 'manual' to resolve it yourself in a worktree, or reject to {conflict.Refusal}.",
            new DecisionContext(
                SessionId: conflict.SessionId, Conflicts: conflict.Conflicts, Commit: conflict.Theirs, Parties: conflict.Parties, WorkId: workId),
            [DecisionAnswers.Approve, DecisionAnswers.Manual, DecisionAnswers.Reject]);
    }

    /// <summary>One agent after the other, each told why the one before was not accepted.</summary>
    private async Task<(string? Commit, string? Note)> TryAgentsAsync(ConflictCase conflict, string? comment)
    {
        string? trouble = null;
        for (int attempt = 1; attempt <= run.Plan.Options.MaxResolveAttempts; attempt++)
        {
            string workId = run.NextWorkId("resolve");
            string path = await worktree.LayOutAsync(conflict, workId);
            RunResult agent = await run.RunAgentAsync(new AgentRun(
                workId, run.Plan.ProjectId, run.Prepared.RepoPath, path, Messages.ResolvePrompt(conflict, comment, trouble),
                run.Plan.Options.FixTeamCommand, run.Plan.Options.FixTimeoutSeconds, RestartFrom: null)
            {
                Fix = new FixTask(
                    FixKinds.Resolve, $"Resolve the conflict in {string.Join(", ", conflict.Paths)} (attempt {attempt})\n{conflict.Incoming} comes in.", run.Head),
            });
            run.ThrowIfCancelled();
            ConcludedWork work = agent.Status == RunStatus.Completed
                ? await worktree.ConcludeAsync(conflict, path, run.Plan.Options.ResolutionMayChange ?? [])
                : new ConcludedWork(null, agent.Error ?? "The agent failed.");
            await worktree.RemoveAsync(workId, path, work.Commit);
            if (work.Commit is not null)
                return (work.Commit, null);
            trouble = work.Reason;
            if (run.IsStopped(agent))
                break;
        }

        return (null, $"The last attempt was not accepted: {trouble}");
    }
}
