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
    [Api("Projects, single sessions and rounds of the orchestrator that have ended, those launched last first.", Query = ["limit", "offset", "after/list", "mode", "since"])]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/executions")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        ListRange range = Paging.Read(request, "executions");
        ListPage<ExecutionRecord> page = await executions.ListAsync(range, ListQuery.Text(request, "mode"), ListQuery.Since(request), cancellationToken);
        return Answers.Ok(new
        {
            Executions = page.Items.Select(e => ExecutionViews.Of(e)),
            page.Total,
            range.Limit,
            range.Offset,
            Next = Paging.Token("executions", page.Next),
        });
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
