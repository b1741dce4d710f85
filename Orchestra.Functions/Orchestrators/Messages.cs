using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>Commit messages and prompts. Trailers name where a commit comes from.</summary>
internal static class Messages
{
    public static string Work(string? projectId, AgentPlan agent) =>
        $"{Title(agent.Task)}\n\n{Trailers(projectId, agent.SessionId, agent.Team)}";

    /// <summary>A teammate's commit; the branch of a team has one per teammate that changed something.</summary>
    public static string Work(string? projectId, AgentPlan agent, TeammatePlan teammate) =>
        $"{Title($"{teammate.Name}: {Title(agent.Task)}")}\n\n{Trailers(projectId, agent.SessionId, agent.Team)}\nOrchestra-Teammate: {teammate.Name}";

    public static string Merge(string projectId, AgentPlan agent, int position) =>
        $"Merge {agent.Team}: {Title(agent.Task)}\n\n{Trailers(projectId, agent.SessionId, agent.Team)}\nOrchestra-Position: {position + 1}";

    public static string MergeTarget(string projectId, string targetBranch) =>
        $"Merge {ShortName(targetBranch)}, which moved meanwhile\n\nOrchestra-Project: {projectId}";

    public static string Fix(string projectId, string kind, int attempt) =>
        $"Fix the {kind}\n\nOrchestra-Project: {projectId}\nOrchestra-Fix: {kind} {attempt}";

    public static string ResolvePrompt(ConflictCase conflict, string? comment, string? trouble) =>
        $"""
        A merge in this git worktree stopped at conflicts. Resolve them so that both sides' intent is kept.
        Edit only the conflicted files, leave no conflict marker, do not commit.

        Coming in: {conflict.Incoming}
        Conflicted files:
        {string.Join('\n', conflict.Paths.Select(path => "- " + path))}

        {string.Join("\n\n", conflict.Parties.Select(Describe))}
        {Remark(comment)}{Trouble(trouble)}
        """;

    private static string Describe(ConflictParty party) =>
        $"""
        {(party.Side == "ours" ? "Merged already (our side, HEAD)" : "Coming in (their side)")}: commit {party.Commit}, changed {string.Join(", ", party.Files)}
        Its task was:
        {party.Task}
        """;

    /// <param name="before">What the former teammates did, in order.</param>
    public static string TeammatePrompt(AgentPlan agent, TeammatePlan teammate, IReadOnlyList<Handover> before) =>
        $"""
        {agent.Prompt}

        You are the {teammate.Name}: {teammate.Role}
        Do this part only. End with a short account for those who come after you; your changes are committed for you.
        {string.Join("\n\n", before.Select(h => h.Text))}
        """;

    public static string ReaderPrompt(AgentPlan agent, TeammatePlan teammate) =>
        $"""
        {agent.Prompt}

        You are the {teammate.Name}: {teammate.Role}
        Do this part only. Change no file, since none is taken from you: your account at the end is your result.
        """;

    public static string FixPrompt(string kind, string command, string outputTail, string? comment, string? trouble) =>
        $"""
        The {kind} command fails in this git worktree. Find out why and mend it; do not commit.

        Command: {command}
        {Remark(comment)}{Trouble(trouble)}
        End of its output:
        {outputTail}
        """;

    public static string Title(string task) => FirstLine(task, 72);

    /// <summary>Why a project has nothing to merge. Agents often fail of the same, which is said once.</summary>
    public static string NobodyCompleted(IReadOnlyList<AgentEnd> ends)
    {
        string[] reasons = [.. ends.Select(e => FirstLine(e.Error ?? $"it ended {e.Status.Replace('_', ' ')}", 200)).Distinct()];
        string more = reasons.Length > 3 ? $"; and {reasons.Length - 3} other reasons" : "";
        return $"{(ends.Count == 1 ? "Its agent did not complete" : $"None of its {ends.Count} agents completed")}: {string.Join("; ", reasons.Take(3))}{more}";
    }

    private static string FirstLine(string text, int most)
    {
        string line = text.AsSpan().TrimStart().ToString().Split('\n')[0].Trim();
        return line.Length <= most ? line : line[..(most - 1)] + "…";
    }

    private static string ShortName(string reference) => reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? reference[11..] : reference;

    private static string Trouble(string? trouble) => trouble is null ? "" : $"A former attempt was not accepted: {trouble}\n";

    private static string Remark(string? comment) => string.IsNullOrWhiteSpace(comment) ? "" : $"The person who decided says: {comment}\n";

    public static string Unland(ProjectRecord project) =>
        $"Undo {Title(project.ProjectName)}\n\nThis takes back what landed as {project.LandedCommit}.\n\nOrchestra-Project: {project.ProjectId}\nOrchestra-Unlands: {project.LandedCommit}";

    /// <summary>Why a landing cannot be undone.</summary>
    public static string UnlandObstacle(ProjectRecord project, MergeOutcome revert) => revert.Conflicts.Count > 0
        ? $"{ShortName(project.TargetBranch!)} has gone on, and taking the landing back conflicts with it in {string.Join(", ", revert.Conflicts.Select(c => c.Path))}."
        : $"{ShortName(project.TargetBranch!)} does not have the landed commit {project.LandedCommit} any more.";

    /// <summary>The merge of a session that a person merges alone.</summary>
    public static string MergeSession(SessionRecord session) =>
        $"Merge {session.TeamName}: {Title(session.TaskDescription)}\n\n{Trailers(session.ProjectId, session.SessionId, session.TeamName)}";

    /// <summary>What a person left in a session's worktree after its agent had ended.</summary>
    public static string LeftBehind(SessionRecord session) =>
        $"{Title(session.TaskDescription)}\n\n{Trailers(session.ProjectId, session.SessionId, session.TeamName)}";

    private static string Trailers(string? projectId, string sessionId, string team) =>
        $"{(projectId is null ? "" : $"Orchestra-Project: {projectId}\n")}Orchestra-Session: {sessionId}\nOrchestra-Agent: {team}";
}
