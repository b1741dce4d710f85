using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Sessions;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.Http;

/// <summary>What a person does with one session's work: look at it, merge it, give it up. Every step is safe to repeat.</summary>
public sealed class TeamWorkFunctions(
    ProjectStore store, EventLog events, SessionDiffer differ, SessionMerger merger, SessionDiscarder discarder, TimeProvider time)
{
    // A merge and a discard of one session at once would pull the worktree from under each other.
    private static readonly SemaphoreSlim OneAtATime = new(1);

    [Function("DiffSession")]
    [Api("What a session changed against its base.")]
    public Task<IActionResult> Diff(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/teams/{id}/diff")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        FoundSession found = await FoundSession.ReadAsync(store, id, cancellationToken);
        SessionWork work = found.Work();
        SessionDiff diff = await differ.DiffAsync(work, cancellationToken)
            ?? throw new InputProblem("id", $"Nothing is left of session {id}: no worktree, no branch, no kept ref.", StatusCodes.Status409Conflict);
        return Answers.Ok(new { diff.Diff, work.BaseCommit, diff.Stat, diff.Truncated, diff.LeftOut });
    });

    [Function("MergeSession")]
    [Api("Merges a session's branch into its target.")]
    public Task<IActionResult> Merge(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/teams/{id}/merge")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => ChangeAsync(id, cancellationToken, async found =>
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        SessionMergeOutcome outcome = await merger.MergeAsync(
            found.Work(), Messages.MergeSession(found.Session), Messages.LeftBehind(found.Session), now, cancellationToken);
        if (outcome.Conflicts.Count > 0)
        {
            string files = string.Join(", ", outcome.Conflicts.Select(c => c.Path));
            throw new InputProblem(
                "id", $"Session {id} conflicts with {found.Work().TargetBranch} in {files}. Merge {found.Session.BranchName} by hand, or launch an agent that does.", StatusCodes.Status409Conflict);
        }

        if (outcome.Commit is null)
            throw new InputProblem("id", outcome.Obstacle!, StatusCodes.Status409Conflict);
        await SaveAsync(
            found.Session with { MergeResult = MergeResults.Merged, MergeCommit = outcome.Commit, MergedAt = now, HeadCommit = outcome.HeadCommit },
            EventNames.Merged, new { outcome.Commit, found.Work().TargetBranch });
        return Answers.Ok(new { Ok = true, SessionId = id, MergeCommit = outcome.Commit, found.Work().TargetBranch, outcome.WorktreeStays });
    });

    [Function("DiscardSession")]
    [Api("Gives a session's work up; it is kept under a ref.")]
    public Task<IActionResult> Discard(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/teams/{id}/discard")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => ChangeAsync(id, cancellationToken, async found =>
    {
        SessionDiscardOutcome outcome = await discarder.DiscardAsync(found.Work(), time.GetUtcNow().UtcDateTime, cancellationToken);
        await SaveAsync(found.Session with { MergeResult = MergeResults.Discarded }, EventNames.Discarded, new { KeptRef = outcome.Ref, KeptCommit = outcome.Commit });
        return Answers.Ok(new { Ok = true, SessionId = id, KeptRef = outcome.Commit is null ? null : outcome.Ref, KeptCommit = outcome.Commit, outcome.WorktreeStays });
    });

    // What has been done to the repository is written down even when the caller has gone.
    private async Task SaveAsync(SessionRecord session, string name, object data)
    {
        await store.SaveSessionAsync(session, CancellationToken.None);
        await events.AppendAsync(
            [NewEvent.Of(
                $"session/{session.SessionId}/{name}", EventChannels.Teams, EventTypes.TeamProgress, name, session.ProjectId, session.SessionId,
                time.GetUtcNow().UtcDateTime, data)],
            CancellationToken.None);
    }

    private Task<IActionResult> ChangeAsync(string id, CancellationToken cancellationToken, Func<FoundSession, Task<IActionResult>> change) =>
        Answers.GuardAsync(async () =>
        {
            await OneAtATime.WaitAsync(cancellationToken);
            try
            {
                FoundSession found = await FoundSession.FindAsync(store, id, cancellationToken);
                found.RequireOpen();
                return await change(found);
            }
            finally
            {
                OneAtATime.Release();
            }
        });
}
