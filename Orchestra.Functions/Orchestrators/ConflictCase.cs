using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>One merge that conflicts: what comes in, where it conflicts, and whose changes meet there.</summary>
/// <param name="SessionId">Null when the target's own commits come in.</param>
/// <param name="Incoming">What comes in, in a few words.</param>
/// <param name="Message">Of the merge commit.</param>
/// <param name="Refusal">What a rejection means, in words for the person.</param>
internal sealed record ConflictCase(
    string? SessionId, string Incoming, string Theirs, string Message, IReadOnlyList<ConflictedFile> Conflicts, string Refusal, IReadOnlyList<ConflictParty> Parties)
{
    private const int MaxTask = 4096;

    public IReadOnlyList<string> Paths { get; } = [.. Conflicts.Select(c => c.Path)];

    public static ConflictCase OfAgent(ProjectRun run, AgentPlan agent, string theirs, string message, IReadOnlyList<ConflictedFile> conflicts) => new(
        agent.SessionId, $"{agent.Team}: {Messages.Title(agent.Task)}", theirs, message, conflicts, "skip this agent (its work is kept)",
        [.. Merged(run, conflicts), Party("theirs", agent, theirs, [.. conflicts.Select(c => c.Path)])]);

    public static ConflictCase OfTarget(ProjectRun run, string targetHead, string message, IReadOnlyList<ConflictedFile> conflicts) => new(
        null, $"What was committed to {run.Prepared.TargetBranch} meanwhile", targetHead, message, conflicts,
        "fail the pipeline (the work stays on the integration branch)",
        [
            .. Merged(run, conflicts),
            new ConflictParty("theirs", null, "", $"Commits to {run.Prepared.TargetBranch} that others made meanwhile", targetHead, [.. conflicts.Select(c => c.Path)]),
        ]);

    /// <summary>The agents whose merged work changed a conflicted file, in merge order.</summary>
    private static IEnumerable<ConflictParty> Merged(ProjectRun run, IReadOnlyList<ConflictedFile> conflicts)
    {
        foreach (SessionMerge merge in run.Record.Merges.Where(m => m.Commit is not null))
        {
            AgentEnd? end = run.Ends.FirstOrDefault(e => e.SessionId == merge.SessionId);
            List<string> files = [.. conflicts.Select(c => c.Path).Where(path => end?.FilesChanged.Contains(path) == true)];
            if (files.Count > 0)
                yield return Party("ours", run.Plan.Agents.Single(a => a.SessionId == merge.SessionId), end!.HeadCommit ?? merge.Commit!, files);
        }
    }

    private static ConflictParty Party(string side, AgentPlan agent, string commit, IReadOnlyList<string> files) =>
        new(side, agent.SessionId, agent.Team, agent.Task.Length <= MaxTask ? agent.Task : agent.Task[..MaxTask] + " […]", commit, files);
}
