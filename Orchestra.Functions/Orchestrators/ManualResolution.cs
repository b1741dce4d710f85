using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>A person resolves the conflict in a worktree; what they leave there, committed or not, is taken when they approve.</summary>
internal sealed class ManualResolution(ProjectRun run, ConflictWorktree worktree)
{
    // They know what they do: other files may change, too.
    private static readonly IReadOnlyList<string> Anything = ["**"];

    public async Task<Resolution> ResolveAsync(ConflictCase conflict, string workId)
    {
        string path = await worktree.LayOutAsync(conflict, workId);
        string? note = null;
        while (true)
        {
            DecisionAnswer answer = await run.DecideAsync(
                DecisionTypes.MergeConflict,
                $"{conflict.Incoming} conflicts with what is merged, in {string.Join(", ", conflict.Paths)}. The merge is laid out in {path}.{(note is null ? "" : $" {note}")}",
                $"Resolve it there, committed or not, and approve; or reject to {conflict.Refusal}.",
                new DecisionContext(
                    SessionId: conflict.SessionId, Conflicts: conflict.Conflicts, Commit: conflict.Theirs, Parties: conflict.Parties, WorkId: workId, WorktreePath: path));
            ConcludedWork work = answer.Action == DecisionAnswers.Reject
                ? new ConcludedWork(null, null)
                : await worktree.ConcludeAsync(conflict, path, Anything);
            if (work.Commit is null && answer.Action != DecisionAnswers.Reject)
            {
                note = $"It was not accepted: {work.Reason}";
                continue;
            }

            await worktree.RemoveAsync(workId, path, work.Commit);
            return work.Commit is null ? Resolution.Rejected : new Resolution(work.Commit, MergeResults.MergedResolved);
        }
    }
}
