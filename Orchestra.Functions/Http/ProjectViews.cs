using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.Http;

/// <summary>Projects as the wire shows them: the stored documents under the contract's keys.</summary>
internal static class ProjectViews
{
    public static object Summary(ProjectRecord p) => new
    {
        Id = p.ProjectId,
        p.ProjectId,
        p.ProjectName,
        p.RepoPath,
        p.BuildCommand,
        p.TestCommand,
        p.Phase,
        p.AgentCount,
        p.CompletedCount,
        p.FailedCount,
        p.MergedCount,
        p.MergeOrder,
        p.CurrentMerge,
        p.BuildAttempts,
        p.TestAttempts,
        p.StartedAt,
        p.CompletedAt,
        p.ErrorMessage,
        p.TargetBranch,
        p.BaseCommit,
        p.IntegrationCommit,
        p.LandedCommit,
        p.Usage?.CostUsd,
        p.Usage?.InputTokens,
        p.Usage?.OutputTokens,
        CostEstimated = p.Usage?.Estimated,
        p.FailedPhase,
        p.Budget,
        p.UnlandedCommit,
        p.Retries,
        InstanceId = p.InstanceId ?? p.ProjectId,
    };

    public static async Task<object> DetailAsync(ProjectRecord p, ProjectStore store, CancellationToken cancellationToken)
    {
        IReadOnlyList<SessionRecord> sessions = await store.ListSessionsAsync(p.ProjectId, cancellationToken);
        IReadOnlyList<DecisionRecord> decisions = await store.ListDecisionsAsync(p.ProjectId, cancellationToken);
        JsonObject detail = JsonSerializer.SerializeToNode(Summary(p with { Budget = BudgetGrants.Held(p.Budget, decisions, null) }), Json.Options)!.AsObject();
        detail["gates"] = JsonSerializer.SerializeToNode(p.Gates, Json.Options);
        detail["sessions"] = JsonSerializer.SerializeToNode(
            sessions.Select(s => Session(s with { Budget = BudgetGrants.Held(s.Budget, decisions, s.SessionId) }, p.Merges.FirstOrDefault(m => m.SessionId == s.SessionId))), Json.Options);
        detail["fix_agents"] = JsonSerializer.SerializeToNode(
            (await store.ListFixAgentsAsync(p.ProjectId, cancellationToken)).Select(s => Session(s, null)), Json.Options);
        // Once it is final, the plan has said what did conflict.
        detail["risks"] = JsonSerializer.SerializeToNode(
            Phases.IsFinal(p.Phase) ? [] : await store.ListRisksAsync(p.ProjectId, cancellationToken), Json.Options);
        detail["decisions"] = JsonSerializer.SerializeToNode(decisions.Select(Decision), Json.Options);
        return detail;
    }

    public static object Decision(DecisionRecord d) => new
    {
        Id = d.DecisionId,
        d.DecisionId,
        d.ProjectId,
        d.DecisionType,
        d.Description,
        d.ProposedAction,
        d.Context,
        d.Status,
        d.Answers,
        d.Comment,
        d.Granted,
        d.CreatedAt,
        d.ExpiresAt,
        d.DefaultAction,
        d.ResolvedAt,
    };

    private static object Session(SessionRecord s, SessionMerge? merge) => new
    {
        Id = s.SessionId,
        s.ProjectId,
        s.SessionId,
        s.TeamName,
        s.TaskDescription,
        s.Status,
        s.FilesChanged,
        s.LeftOut,
        MergeOrderIndex = merge?.OrderIndex,
        MergeResult = s.MergeResult ?? merge?.MergeResult,
        MergedAt = s.MergedAt ?? (merge?.Commit is null ? null : (DateTime?)merge.At),
        MergeCommit = s.MergeCommit ?? merge?.Commit,
        merge?.Mechanical,
        s.StartedAt,
        s.CompletedAt,
        BranchName = GitNames.ShortBranch(s.BranchName),
        s.WorktreePath,
        s.LastLine,
        s.Error,
        s.ExitCode,
        s.ClientMode,
        s.ClientSessionId,
        s.ClientNote,
        s.FixKind,
        s.WaitingFor,
        s.Budget,
        s.Usage?.CostUsd,
        s.Usage?.InputTokens,
        s.Usage?.OutputTokens,
        CostEstimated = s.Usage?.Estimated,
        Tasks = s.Tasks.Select(t => TeamViews.Task(s.SessionId, t, null)),
    };
}
