using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.Http;

/// <summary><c>POST /api/gm/projects/{id}/unland</c>: takes a landing back by a commit that passes the same gates.</summary>
public sealed class UnlandFunctions(ProjectStore store, DataFolder data, LandingReverter reverter, TimeProvider time)
{
    [Function("UnlandProject")]
    [Api("Takes back what a project landed, by a commit that passes the gates.", Body = typeof(EmptyBody), BodyOptional = true, Status = 202)]
    public Task<IActionResult> Unland(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/gm/projects/{id}/unland")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        (await JsonBody.ReadOptionalAsync(request, cancellationToken)).AllowOnly();
        return await NewInstance.AloneAsync(async () =>
        {
            ProjectRecord project = (Ids.IsValid(id) ? await store.FindProjectAsync(id, cancellationToken) : null)
                ?? throw new InputProblem("id", $"There is no project '{id}'.", StatusCodes.Status404NotFound);
            await StartAsync(project, new NewInstance(store, data, client), cancellationToken);
            request.HttpContext.Response.Headers.Location = $"/api/gm/projects/{id}";
            return Answers.Ok(new { Ok = true, ProjectId = id }, StatusCodes.Status202Accepted);
        }, cancellationToken);
    });

    private async Task StartAsync(ProjectRecord project, NewInstance next, CancellationToken cancellationToken)
    {
        string id = project.ProjectId;
        if (project.Phase != Phases.Completed || project.LandedCommit is null)
            throw NewInstance.Refusal($"Project {id} is {project.Phase} and has landed nothing that could be taken back.");
        if (project.UnlandedCommit is { } undone)
            throw NewInstance.Refusal($"Project {id} was unlanded already, by {undone}.");
        if (project.LandedOn is null)
            throw NewInstance.Refusal($"Project {id} landed before landings could be undone; use 'git revert'.");
        if (!Directory.Exists(project.RepoPath))
            throw NewInstance.Refusal($"The repository {project.RepoPath} is not there; bring it back and try again.");

        string instance = $"{id}-unland-{project.Unlands + 1}";
        // Tried before anything is started, so that a conflict is an answer to this request.
        MergeOutcome trial = await reverter.TryAsync(
            new RevertLandingInput(
                project.RepoPath, RefNames.Integration(instance), project.TargetBranch!, project.LandedCommit, project.LandedOn,
                Messages.Unland(project), time.GetUtcNow().UtcDateTime),
            cancellationToken);
        if (trial.Commit is null)
            throw NewInstance.Refusal(Messages.UnlandObstacle(project, trial));
        ProjectRecord record = project with
        {
            Phase = Phases.Merging,
            CompletedAt = null,
            ErrorMessage = null,
            InstanceId = instance,
            Unlands = project.Unlands + 1,
        };
        await next.StartAsync(nameof(UnlandOrchestrator), await next.PlanAsync(project, cancellationToken), project, record, [], cancellationToken);
    }
}
