using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Activities.Sessions;

/// <summary>What is left to do when an orchestration ended without its session or project: terminated, purged, or failed because the store was.</summary>
public sealed class SessionEnder(ProjectStore store, RunEnder runs, WorkCommitter committer, DataFolder data)
{
    /// <returns>False when there is nothing to end: the project is final by now, or goes on in another instance.</returns>
    [Function(ActivityNames.EndRuns)]
    public async Task<bool> EndRuns([ActivityTrigger] EndRunsInput input, CancellationToken cancellationToken)
    {
        if (await store.FindProjectAsync(input.ProjectId, cancellationToken) is not { } project
            || Phases.IsFinal(project.Phase) || project.InstanceId != input.InstanceId)
            return false;
        await runs.EndAsync(input.ProjectId, cancellationToken);
        return true;
    }

    /// <summary>Ends the session's agent and commits what it left. Nothing is stored yet, so that a second run finds and says the same.</summary>
    /// <returns>The session at its end; its own, if it had come to that.</returns>
    [Function(ActivityNames.EndSession)]
    public async Task<SessionRecord> EndSession([ActivityTrigger] EndSessionInput input, CancellationToken cancellationToken)
    {
        string id = input.Session.SessionId;
        SessionRecord session = await store.FindSessionAsync(id, cancellationToken) ?? input.Session;
        if (!session.IsRunning)
            return session;
        // Before its runs are looked for: one that is just about to start sees it.
        await data.SetCancelMarkAsync(id, cancellationToken);
        RunUsage? used = await runs.EndAsync(id, cancellationToken);
        session = session.EndedBy(input.Status, input.Reason, input.At) with { Usage = used ?? session.Usage };
        if (session is not { WorktreePath: { } worktree, BranchName: { } branch, BaseCommit: { } from })
            return session;
        try
        {
            CommittedWork work = await committer.CommitAsync(
                new CommitWorkInput(session.RepoPath, worktree, branch, from, input.Message, input.At), cancellationToken);
            return session with { HeadCommit = work.HeadCommit, FilesChanged = work.FilesChanged, LeftOut = work.LeftOut };
        }
        catch (GitException e)
        {
            // The repository may be gone. The worktree stays where it is as long as nothing could be kept of it.
            return session with { Error = $"{input.Reason} What its agent left could not be committed: {e.Message}" };
        }
    }
}
