using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Git;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.Upkeep;

/// <summary>
/// While agents work, what they have so far is merged in memory with each other and with what the target has by now. Not a step of the orchestration:
/// when it looks depends on the clock, and nothing is decided by what it finds.
/// </summary>
public sealed class EarlyWarning(
    ProjectStore store, EventLog events, WorkHeads heads, GitPlumbing plumbing, MergePlanner planner, TimeProvider time, ILogger<EarlyWarning> logger)
{
    private const int Most = 1000;

    [Function("EarlyWarning")]
    public Task Run([TimerTrigger("*/15 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) => LookAsync(cancellationToken);

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        ListPage<ProjectRecord> waiting = await store.ListProjectsAsync(new ListRange(Most), cancellationToken, new ProjectFilter(Phases.Waiting, null));
        foreach (ProjectRecord project in waiting.Items.Where(p => p is { BaseCommit: not null, TargetBranch: not null }))
        {
            try
            {
                await LookAtAsync(project, cancellationToken);
            }
            catch (GitException e)
            {
                // A repository that is gone, or a branch that goes while it is looked at: the next look is soon.
                Log.NotLookedAt(logger, project.ProjectId, e);
            }
        }
    }

    private async Task LookAtAsync(ProjectRecord project, CancellationToken cancellationToken)
    {
        IReadOnlyList<SessionRecord> sessions = await store.ListSessionsAsync(project.ProjectId, cancellationToken);
        // What failed is not merged, and a finished agent's branch meets those who still work.
        List<string> atWork = [.. sessions.Where(s => s.IsRunning || s.Status == "completed").Select(s => s.SessionId)];
        IReadOnlyDictionary<string, string> found = await heads.OfAsync(project.RepoPath, atWork, cancellationToken);
        List<BranchHead> branches = [.. found.Where(head => head.Value != project.BaseCommit).Select(head => new BranchHead(head.Key, head.Value))];
        string? target = await plumbing.ResolveAsync(project.RepoPath, project.TargetBranch!, cancellationToken);
        MergePlan plan = await planner.PlanAsync(new PlanMergesInput(project.RepoPath, project.BaseCommit!, branches, target), cancellationToken);
        DateTime now = time.GetUtcNow().UtcDateTime;
        IReadOnlyList<ProjectRisk> former = await store.ListRisksAsync(project.ProjectId, cancellationToken);
        List<ProjectRisk> risks = [.. plan.Conflicts
            .Select(c => new ProjectRisk(c.SessionA, c.SessionB.Length == 0 ? null : c.SessionB, c.Files, c.Hunks, now))
            .Select(risk => former.FirstOrDefault(risk.IsSame) is { } known ? risk with { Since = known.Since } : risk)];
        if (risks.Count > 0 || former.Count > 0)
            await store.SaveRisksAsync(project.ProjectId, risks, cancellationToken);
        List<NewEvent> news = [.. risks.Where(risk => !former.Any(risk.IsSame)).Select(risk => Event(project.ProjectId, risk))];
        if (news.Count > 0)
            await events.AppendAsync(news, cancellationToken);
    }

    // A risk that goes and comes again is told once.
    private static NewEvent Event(string project, ProjectRisk risk) => NewEvent.Of(
        $"risk/{project}/{risk.SessionId}/{risk.With}/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', risk.Files))))[..16]}",
        EventChannels.Gm, EventTypes.GmProgress, EventNames.MergeRisk, project, risk.SessionId, risk.Since, new { risk.With, risk.Files, risk.Hunks });
}
