using Microsoft.AspNetCore.Http;
using Orchestra.Activities.Sessions;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.Http;

/// <summary>A session with its project, and what may be done to it now; everything else is refused with its reason.</summary>
internal sealed record FoundSession(SessionRecord Session, ProjectRecord? Project)
{
    public static async Task<FoundSession> FindAsync(ProjectStore store, string id, CancellationToken cancellationToken)
    {
        SessionRecord session = (Ids.IsValid(id) ? await store.FindSessionAsync(id, cancellationToken) : null)
            ?? throw new InputProblem("id", $"There is no session '{id}'.", StatusCodes.Status404NotFound);
        return new FoundSession(session, session.ProjectId is null ? null : await store.FindProjectAsync(session.ProjectId, cancellationToken));
    }

    /// <summary>Also an agent that mends or resolves for a project, by its run's id: there to be looked at, and nothing more.</summary>
    public static async Task<FoundSession> ReadAsync(ProjectStore store, string id, CancellationToken cancellationToken) =>
        Ids.OwnerOf(id) is { } owner && await store.FindSessionAsync(id, cancellationToken) is { } fix
            ? new FoundSession(fix, await store.FindProjectAsync(owner, cancellationToken))
            : await FindAsync(store, id, cancellationToken);

    public SessionWork Work() => new(
        Directory.Exists(Session.RepoPath)
            ? Session.RepoPath
            : throw Refusal($"The repository {Session.RepoPath} is not there; bring it back and try again."),
        Session.SessionId,
        Session.BaseCommit ?? Project?.BaseCommit ?? throw Refusal($"Session {Session.SessionId} has not begun."),
        Session.TargetBranch ?? Project?.TargetBranch ?? throw Refusal($"Session {Session.SessionId} has not begun."),
        Session.WorktreePath,
        Session.HeadCommit);

    /// <summary>Merging and discarding are a person's, once agent and project are done with the session.</summary>
    public void RequireOpen()
    {
        string id = Session.SessionId;
        if (Session.IsRunning)
            throw Refusal($"Session {id} is {Session.Status}; wait for its end or cancel it first.");
        if (Project is not null && !Phases.IsFinal(Project.Phase))
            throw Refusal($"Session {id} belongs to project {Project.ProjectId}, which is {Project.Phase} and merges it itself.");
        if (Session.MergeResult is not null)
            throw Refusal($"Session {id} is {Session.MergeResult} already.");
        if (Project?.LandedCommit is not null && Project.Merges.Any(m => m.SessionId == id && m.Commit is not null))
            throw Refusal($"Session {id} has landed with project {Project.ProjectId} already.");
    }

    private static InputProblem Refusal(string message) => new("id", message, StatusCodes.Status409Conflict);
}
