using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>A merge that conflicts: where both sides' lines can be kept, the gates decide; otherwise a person does, an agent resolves, and what it leaves is taken only if it is a resolution.</summary>
internal sealed class ConflictResolution(ProjectRun run, GatePhase gates)
{
    public async Task<Resolution> ResolveAsync(
        string? sessionId, string incoming, string theirs, string message, IReadOnlyList<ConflictedFile> conflicts, string proposal)
    {
        MechanicalAttempt mechanical = await new MechanicalMerging(run, gates).TryAsync(sessionId, incoming, theirs, message, conflicts);
        if (mechanical.End is { } end)
            return end;
        string? note = mechanical.Trouble;
        DecisionAnswer? given = mechanical.Answer;
        while (true)
        {
            string description = $"{incoming} conflicts with what is merged, in {string.Join(", ", conflicts.Select(c => c.Path))}."
                + (note is null ? "" : $" {note}");
            DecisionAnswer answer = given ?? await run.DecideAsync(
                DecisionTypes.MergeConflict, description, proposal, new DecisionContext(SessionId: sessionId, Conflicts: conflicts, Commit: theirs));
            given = null;
            if (answer.Action == DecisionAnswers.Reject)
                return Resolution.Rejected;
            ConcludedWork work = await AttemptAsync(incoming, theirs, message, conflicts, answer.Comment);
            if (work.Commit is not null)
                return new Resolution(work.Commit, MergeResults.MergedResolved);
            note = $"The last attempt was not accepted: {work.Reason}";
        }
    }

    private async Task<ConcludedWork> AttemptAsync(string incoming, string theirs, string message, IReadOnlyList<ConflictedFile> conflicts, string? comment)
    {
        string workId = run.NextWorkId("resolve");
        LaidOutWorktree worktree = await run.CallAsync<LaidOutWorktree>(
            ActivityNames.LayOutConflict, new LayOutConflictInput(run.Prepared.RepoPath, workId, run.Head, theirs));
        RunResult agent = await run.RunOnceAsync(ActivityNames.RunAgent, new AgentRun(
            workId, run.Plan.ProjectId, run.Prepared.RepoPath, worktree.Path, Messages.ResolvePrompt(incoming, comment, conflicts),
            run.Plan.Options.FixTeamCommand, run.Plan.Options.FixTimeoutSeconds, RestartFrom: null));
        run.ThrowIfCancelled();
        ConcludedWork work = agent.Status == RunStatus.Completed
            ? await run.CallAsync<ConcludedWork>(ActivityNames.ConcludeConflict, new ConcludeConflictInput(
                run.Prepared.RepoPath, worktree.Path, run.IntegrationRef, run.Head, theirs,
                [.. conflicts.Select(c => c.Path)], message, run.Context.CurrentUtcDateTime))
            : new ConcludedWork(null, agent.Error ?? "The agent failed.");
        await run.CallAsync(ActivityNames.CleanUp, new CleanUpInput(run.Prepared.RepoPath, run.Plan.ProjectId, [worktree.Path]));
        return work;
    }
}
