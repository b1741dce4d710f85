using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Activities.Git;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Launching;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Orchestrators;
using Orchestra.Functions.Telemetry;

namespace Orchestra.Functions.Http;

/// <summary><c>POST /api/gm/launch</c> and the templates for it.</summary>
public sealed class LaunchFunctions(OrchestraConfig config, Clients clients, RepositoryInspector inspector, ProjectStore store, LaunchGuard guard, TimeProvider time)
{
    [Function("LaunchProject")]
    [Api("Starts a project.", Body = typeof(LaunchBody), Status = 202)]
    public Task<IActionResult> Launch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/gm/launch")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        JsonBody body = await JsonBody.ReadAsync(request, cancellationToken);
        LaunchRequest launch = LaunchRequest.Read(body, config);
        var repository = await inspector.InspectAsync(launch.RepoPath, cancellationToken);
        ProjectPlan asked = new ProjectPlanner(config, clients, time).Plan(launch, repository.TopFolder) with { Trace = SpanTeller.Current };

        // The orchestration first: once it is durable the project exists, whatever happens to us next.
        (_, ProjectPlan plan, _) = await guard.StartAsync(
            request, client, nameof(ProjectOrchestrator), body, asked.ProjectId, id => asked with { ProjectId = id }, cancellationToken);
        await store.AddProjectAsync(new ProjectRecord
        {
            ProjectId = plan.ProjectId,
            ProjectName = plan.ProjectName,
            RepoPath = plan.RepoPath,
            BuildCommand = plan.BuildCommand,
            TestCommand = plan.TestCommand,
            Phase = Phases.Launching,
            AgentCount = plan.Agents.Count,
            Trace = plan.Trace,
            StartedAt = time.GetUtcNow().UtcDateTime,
        }, CancellationToken.None);

        request.HttpContext.Response.Headers.Location = $"/api/gm/projects/{plan.ProjectId}";
        return Answers.Ok(new
        {
            Ok = true,
            plan.ProjectId,
            AgentCount = plan.Agents.Count,
            SessionIds = plan.Agents.Select(a => a.SessionId),
        }, StatusCodes.Status202Accepted);
    });

    [Function("ListTemplates")]
    [Api("Projects that can be launched by name.")]
    public IActionResult Templates([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/gm/templates")] HttpRequest request) =>
        Answers.Ok(config.GmProjects.Select(t => new
        {
            Name = t.Key,
            t.Value.Description,
            t.Value.RepoPath,
            t.Value.BuildCommand,
            t.Value.TestCommand,
            t.Value.ClientMode,
            t.Value.Gates,
            t.Value.MaxCostUsd,
            t.Value.MaxTurns,
            AgentCount = t.Value.Agents.Count,
            Agents = t.Value.Agents.Select(a => new { a.Team, a.Task, a.ClientMode, a.TimeoutSeconds, a.MaxCostUsd, a.MaxTurns }),
        }));
}
