using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestra.Activities.Git;
using Orchestra.Activities.Sessions;
using Orchestra.Activities.State;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>Sessions as the wire shows them under <c>/api/teams</c>.</summary>
internal static class TeamViews
{
    public static object Summary(SessionRecord s, ProjectRecord? project, OrchestraConfig config)
    {
        int teammates = s.Tasks.Count > 0 ? s.Tasks.Count : Teammates(s, config).Count;
        SessionMerge? merge = project?.Merges.FirstOrDefault(m => m.SessionId == s.SessionId);
        return new
        {
            Id = s.SessionId,
            s.SessionId,
            s.ProjectId,
            s.TeamName,
            s.TaskDescription,
            s.Status,
            s.StartedAt,
            s.CompletedAt,
            Filename = s.ProjectId is null && s.CompletedAt is not null && s.OrchestratorMode is null ? ResultFiles.NameOf(s.SessionId) : null,
            s.OrchestratorMode,
            s.FixKind,
            TeammateCount = teammates,
            SuccessCount = s.Tasks.Count > 0 ? s.Tasks.Count(t => t.Status == "completed") : Outcomes.IsSuccess(s.Status) ? teammates : 0,
            FailCount = s.Tasks.Count > 0 ? s.Tasks.Count(t => IsFailure(t.Status)) : IsFailure(s.Status) ? teammates : 0,
            s.RepoPath,
            BranchName = GitNames.ShortBranch(s.BranchName),
            s.WorktreePath,
            s.BaseCommit,
            s.HeadCommit,
            s.TargetBranch,
            s.FilesChanged,
            s.LeftOut,
            MergeResult = s.MergeResult ?? merge?.MergeResult,
            MergeCommit = s.MergeCommit ?? merge?.Commit,
            MergedAt = s.MergedAt ?? (merge?.Commit is null ? null : (DateTime?)merge.At),
            s.LastLine,
            s.Error,
            s.ExitCode,
            s.ClientMode,
            s.ClientSessionId,
            s.ClientNote,
            s.WaitingFor,
            s.Budget,
            s.Usage?.CostUsd,
            s.Usage?.InputTokens,
            s.Usage?.OutputTokens,
            CostEstimated = s.Usage?.Estimated,
        };
    }

    public static JsonObject Detail(SessionRecord s, ProjectRecord? project, OrchestraConfig config, SessionOutput output)
    {
        JsonObject detail = JsonSerializer.SerializeToNode(Summary(s, project, config), Json.Options)!.AsObject();
        detail["tasks"] = JsonSerializer.SerializeToNode(Tasks(s, config, output), Json.Options);
        return detail;
    }

    /// <summary>One per role. Where one process takes the roles one after the other, they share its status and its output is with the first.</summary>
    public static IEnumerable<object> Tasks(SessionRecord s, OrchestraConfig config, SessionOutput output) => s.Tasks.Count > 0
        ? s.Tasks.Select(t => Task(s.SessionId, t, t.Status == "running" ? output.Tail(t.Id) : null))
        : Teammates(s, config).Select((teammate, i) => new
        {
            Id = $"{s.SessionId}-{i + 1}",
            s.SessionId,
            Teammate = teammate.Name,
            teammate.Role,
            s.Status,
            Output = i == 0 ? output.Tail(s) : null,
            Error = i == 0 ? s.Error : null,
            s.StartedAt,
            s.CompletedAt,
        });

    /// <param name="output">What is printed just now.</param>
    public static object Task(string sessionId, SessionTask t, string? output) => new
    {
        t.Id,
        SessionId = sessionId,
        t.Teammate,
        t.Role,
        t.Status,
        Output = t.Status == "running" ? output : t.Output,
        t.Error,
        t.StartedAt,
        t.CompletedAt,
        t.ClientMode,
        t.HeadCommit,
        t.Usage?.CostUsd,
        t.Usage?.InputTokens,
        t.Usage?.OutputTokens,
        CostEstimated = t.Usage?.Estimated,
    };

    private static bool IsFailure(string status) => status is "failed" or "timed_out" or "budget_exceeded" or "quota";

    private static IReadOnlyList<TeammateConfig> Teammates(SessionRecord s, OrchestraConfig config) =>
        config.Teams.Definitions.TryGetValue(s.TeamName, out TeamConfig? team) && team.Teammates.Count > 0
            ? team.Teammates
            : [new TeammateConfig { Name = s.TeamName, Role = team?.Description ?? "" }];
}
