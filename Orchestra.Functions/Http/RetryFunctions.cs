using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.Http;

/// <summary>
/// <c>POST /api/gm/projects/{id}/retry</c>: a new orchestration instance goes on from what the ended one had reached.
/// Not the runtime's rewind, which only undoes failures of activities and which not every client forwards.
/// </summary>
public sealed class RetryFunctions(ProjectStore store, DataFolder data)
{
    [Function("RetryProject")]
    [Api("Goes on with an ended project from where it was.", Body = typeof(RetryBody), BodyOptional = true, Status = 202)]
    public Task<IActionResult> Retry(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/gm/projects/{id}/retry")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        JsonBody body = await JsonBody.ReadOptionalAsync(request, cancellationToken);
        body.AllowOnly("build_command", "test_command", "fix_command");
        var changes = new RetryChanges(
            body.OptionalText("build_command", 32_768), body.OptionalText("test_command", 32_768), LaunchRequest.ReadCommand(body.OptionalObject("fix_command")));
        return await NewInstance.AloneAsync(async () =>
        {
            ProjectRecord project = (Ids.IsValid(id) ? await store.FindProjectAsync(id, cancellationToken) : null)
                ?? throw new InputProblem("id", $"There is no project '{id}'.", StatusCodes.Status404NotFound);
            await StartAsync(project, changes, new NewInstance(store, data, client), cancellationToken);
            request.HttpContext.Response.Headers.Location = $"/api/gm/projects/{id}";
            return Answers.Ok(new { Ok = true, ProjectId = id }, StatusCodes.Status202Accepted);
        }, cancellationToken);
    });

    private async Task StartAsync(ProjectRecord project, RetryChanges changes, NewInstance next, CancellationToken cancellationToken)
    {
        string id = project.ProjectId;
        if (project.Phase is not (Phases.Failed or Phases.Cancelled))
            throw NewInstance.Refusal($"Project {id} is {project.Phase}; only a failed or cancelled project can be retried.");
        // What a person merged or discarded since is not ours to merge any more.
        IReadOnlyList<SessionRecord> sessions = [.. (await store.ListSessionsAsync(id, cancellationToken)).Where(s => s.MergeResult is null)];
        if (project.MergedCount == 0 && !sessions.Any(s => s.Status == "completed" && project.Merges.All(m => m.SessionId != s.SessionId)))
            throw NewInstance.Refusal($"There is nothing to merge in project {id}: no agent completed with a change that was not skipped. Launch it again.");
        ProjectPlan resumed = changes.Apply(await next.PlanAsync(project, cancellationToken));
        ProjectRecord record = project with
        {
            Phase = Phases.Analyzing,
            BuildCommand = resumed.BuildCommand,
            TestCommand = resumed.TestCommand,
            CompletedAt = null,
            ErrorMessage = null,
            FailedPhase = null,
            InstanceId = $"{id}-retry-{project.Retries + 1}",
            Retries = project.Retries + 1,
        };
        IReadOnlyList<SessionHead> heads =
            [.. sessions.Select(s => new SessionHead(s.SessionId, s.Status, s.WorktreePath, s.HeadCommit, s.FilesChanged))];
        await next.StartAsync(nameof(ProjectOrchestrator), resumed, project, record, heads, cancellationToken);
    }
}

/// <summary>What a retry may do differently. Null keeps what was; an empty command means that there is none any more.</summary>
internal sealed record RetryChanges(string? BuildCommand, string? TestCommand, AgentCommand? FixCommand)
{
    public ProjectPlan Apply(ProjectPlan plan) => plan with
    {
        BuildCommand = BuildCommand is null ? plan.BuildCommand : Blank(BuildCommand),
        TestCommand = TestCommand is null ? plan.TestCommand : Blank(TestCommand),
        Options = plan.Options with { FixTeamCommand = FixCommand ?? plan.Options.FixTeamCommand },
    };

    private static string? Blank(string text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
