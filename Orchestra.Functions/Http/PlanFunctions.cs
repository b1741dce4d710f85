using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary><c>GET /api/gm/projects/{id}/plan</c>: who conflicts with whom, the merge order, and why.</summary>
public sealed class PlanFunctions(ProjectStore store)
{
    [Function("GetProjectPlan")]
    [Api("The merge plan of a project with its reasons.")]
    public Task<IActionResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/gm/projects/{id}/plan")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        ProjectRecord project = (Ids.IsValid(id) ? await store.FindProjectAsync(id, cancellationToken) : null)
            ?? throw new InputProblem("id", $"There is no project '{id}'.", StatusCodes.Status404NotFound);
        ProjectMergePlan plan = await store.FindPlanAsync(id, cancellationToken)
            ?? throw new InputProblem("id", $"Project {id} is {project.Phase} and has no merge plan; it is made when the agents have ended.", StatusCodes.Status404NotFound);
        return Answers.Ok(new
        {
            plan.ProjectId,
            plan.Revision,
            plan.Reason,
            plan.BaseCommit,
            plan.Head,
            plan.At,
            project.MergeOrder,
            Settled = project.Merges.Select(m => new { m.SessionId, m.MergeResult, Position = m.OrderIndex, m.Commit }),
            plan.Branches,
        });
    });
}
