using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Upkeep;

namespace Orchestra.Functions.Http;

/// <summary>Reading and cancelling projects.</summary>
public sealed class ProjectFunctions(ProjectStore store, DataFolder data, StrandedProjects strandedProjects)
{
    [Function("ListProjects")]
    [Api("Projects, newest first.", Query = ["limit", "offset", "after/list", "phase", "since"])]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/gm/projects")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        ListRange range = Paging.Read(request, "projects");
        ListPage<ProjectRecord> page = await store.ListProjectsAsync(
            range, cancellationToken, new ProjectFilter(ListQuery.OneOf(request, "phase", Phases.All), ListQuery.Since(request)));
        return Answers.Ok(new
        {
            Projects = page.Items.Select(ProjectViews.Summary),
            page.Total,
            range.Limit,
            range.Offset,
            Next = Paging.Token("projects", page.Next),
        });
    });

    [Function("GetProject")]
    [Api("A project with its sessions, gates and decisions.")]
    public Task<IActionResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/gm/projects/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
        Answers.Ok(await ProjectViews.DetailAsync(await FindAsync(id, cancellationToken), store, cancellationToken)));

    [Function("ListDecisions")]
    [Api("A project's decisions.", Query = ["status"])]
    public Task<IActionResult> Decisions(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/gm/projects/{id}/decisions")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        await FindAsync(id, cancellationToken);
        string? status = ListQuery.DecisionStatus(request);
        IReadOnlyList<DecisionRecord> decisions = await store.ListDecisionsAsync(id, cancellationToken);
        return Answers.Ok(decisions.Where(d => status is null || d.Status == status).Select(ProjectViews.Decision));
    });

    [Function("CancelProject")]
    [Api("Stops a project's agents; their work is kept.")]
    public Task<IActionResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/gm/projects/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        ProjectRecord project = await FindAsync(id, cancellationToken);
        if (Phases.IsFinal(project.Phase))
            throw new InputProblem("id", $"Project {id} is {project.Phase} already.", StatusCodes.Status409Conflict);

        // The mark ends running agents and gates at once, the event ends the pipeline; both are safe to repeat.
        await data.SetCancelMarkAsync(id, cancellationToken);
        await client.RaiseEventAsync(project.InstanceId ?? id, ProjectEvents.Cancel, "Cancelled by a person.", cancellationToken);
        await AgentCalls.CallAllAsync(store, client, id, project.InstanceId ?? id, cancellationToken);
        if (await strandedProjects.FindAsync(client, project, cancellationToken) is { } stranded)
            await strandedProjects.CancelAsync(client, stranded, cancellationToken);
        return Answers.Ok(new { Ok = true, ProjectId = id });
    });

    private async Task<ProjectRecord> FindAsync(string id, CancellationToken cancellationToken) =>
        (Ids.IsValid(id) ? await store.FindProjectAsync(id, cancellationToken) : null)
        ?? throw new InputProblem("id", $"There is no project '{id}'.", StatusCodes.Status404NotFound);
}
