using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.Http;

/// <summary>
/// <c>POST /api/gm/projects/{id}/retry</c>: a new orchestration instance goes on from what the ended one had reached.
/// Not the runtime's rewind, which only undoes failures of activities and which not every client forwards.
/// </summary>
public sealed class RetryFunctions(ProjectStore store, DataFolder data)
{
    // Two retries of one project at once would start the same instance; the second must see the first one's.
    private static readonly SemaphoreSlim OneAtATime = new(1);

    [Function("RetryProject")]
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
        await OneAtATime.WaitAsync(cancellationToken);
        try
        {
            ProjectRecord project = (Ids.IsValid(id) ? await store.FindProjectAsync(id, cancellationToken) : null)
                ?? throw new InputProblem("id", $"There is no project '{id}'.", StatusCodes.Status404NotFound);
            await StartAsync(project, changes, client, cancellationToken);
            request.HttpContext.Response.Headers.Location = $"/api/gm/projects/{id}";
            return Answers.Ok(new { Ok = true, ProjectId = id }, StatusCodes.Status202Accepted);
        }
        finally
        {
            OneAtATime.Release();
        }
    });

    private async Task StartAsync(ProjectRecord project, RetryChanges changes, DurableTaskClient client, CancellationToken cancellationToken)
    {
        string id = project.ProjectId;
        if (project.Phase is not (Phases.Failed or Phases.Cancelled))
            throw Refusal($"Project {id} is {project.Phase}; only a failed or cancelled project can be retried.");
        // What a person merged or discarded since is not ours to merge any more.
        IReadOnlyList<SessionRecord> sessions = [.. (await store.ListSessionsAsync(id, cancellationToken)).Where(s => s.MergeResult is null)];
        if (project.MergedCount == 0 && !sessions.Any(s => s.Status == "completed" && project.Merges.All(m => m.SessionId != s.SessionId)))
            throw Refusal($"There is nothing to merge in project {id}: no agent completed with a change that was not skipped. Launch it again.");
        OrchestrationMetadata? ended = await client.GetInstanceAsync(project.InstanceId ?? id, getInputsAndOutputs: true, cancellationToken);
        ProjectPlan plan = ended?.ReadInputAs<ProjectPlan>()
            ?? throw Refusal($"The plan of project {id} is gone, because its history was purged. Launch it again.");
        string instance = $"{id}-retry-{project.Retries + 1}";
        if (await client.GetInstanceAsync(instance, cancellationToken) is not null)
            throw Refusal($"Project {id} is being retried already.");

        ProjectPlan resumed = changes.Apply(plan);
        ProjectRecord record = project with
        {
            Phase = Phases.Analyzing,
            BuildCommand = resumed.BuildCommand,
            TestCommand = resumed.TestCommand,
            CompletedAt = null,
            ErrorMessage = null,
            FailedPhase = null,
            InstanceId = instance,
            Retries = project.Retries + 1,
        };
        // A cancelled project's mark would end the new run's agents at once; while the project is at its end nobody needs it.
        if (File.Exists(data.CancelMark(id)))
            File.Delete(data.CancelMark(id));
        IReadOnlyList<SessionHead> heads =
            [.. sessions.Select(s => new SessionHead(s.SessionId, s.Status, s.WorktreePath, s.HeadCommit, s.FilesChanged))];
        // The orchestration first: its own first step stores the record too, should we die before we can.
        await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(ProjectOrchestrator), resumed with { Resume = new ResumePoint(instance, record, heads) },
            new StartOrchestrationOptions(instance), cancellationToken);
        await store.UpdateProjectAsync(id, now => now.InstanceId == project.InstanceId ? record : null, CancellationToken.None);
    }

    private static InputProblem Refusal(string message) => new("id", message, StatusCodes.Status409Conflict);
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
