using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Sessions;
using Orchestra.Activities.State;
using Orchestra.Core;
using Orchestra.Core.Bookkeeping;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary>What was launched and has ended, with what each of its agents came to.</summary>
public sealed class ExecutionFunctions(ExecutionStore executions, ProjectStore store, SessionOutput output)
{
    [Function("ListExecutions")]
    [Api("Projects and single sessions that have ended, those launched last first.", Query = ["limit", "offset"])]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/executions")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        (int limit, int offset) = Paging.Window(request);
        (IReadOnlyList<ExecutionRecord> page, int total) = await executions.ListAsync(limit, offset, cancellationToken);
        return Answers.Ok(new { Executions = page.Select(e => ExecutionViews.Of(e)), Total = total, Limit = limit, Offset = offset });
    });

    [Function("GetExecution")]
    [Api("One of them, with its agents' results.")]
    public Task<IActionResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/executions/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        ExecutionRecord execution = (Ids.IsValid(id) ? await executions.FindAsync(id, cancellationToken) : null)
            ?? throw new InputProblem("id", $"There is no execution '{id}'; what still runs is not one yet.", StatusCodes.Status404NotFound);
        IReadOnlyList<SessionRecord> sessions = execution.Kind == ExecutionKinds.Project
            ? await store.ListSessionsAsync(id, cancellationToken)
            : await store.FindSessionAsync(id, cancellationToken) is { } session ? [session] : [];
        return Answers.Ok(ExecutionViews.Of(execution, sessions.SelectMany(s => AgentResult.Of(s, output.Tail(s)))));
    });
}
