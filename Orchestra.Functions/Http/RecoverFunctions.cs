using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Sessions;
using Orchestra.Core;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary><c>GET /api/teams/{id}/recover</c>: where a session's work is, whatever became of the session.</summary>
public sealed class RecoverFunctions(ProjectStore store, SessionRecoverer recoverer)
{
    [Function("RecoverSession")]
    [Api("Where a session's kept work is.")]
    public Task<IActionResult> Recover(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/teams/{id}/recover")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        FoundSession found = await FoundSession.FindAsync(store, id, cancellationToken);
        string repository = found.Work().RepoPath;
        SessionRecovery recovery = await recoverer.FindAsync(repository, id, found.Session.WorktreePath, cancellationToken);
        if (recovery.Sources.Count == 0)
            throw new InputProblem("id", $"Nothing is left of session {id}: no worktree, no branch, no kept ref.", StatusCodes.Status409Conflict);
        return Answers.Ok(new
        {
            SessionId = id,
            RepoPath = repository,
            recovery.Commit,
            recovery.Sources,
            found.Session.LeftOut,
            Command = recovery.Commit is null ? null : $"git branch recovered/{id} {recovery.Commit}",
        });
    });
}
