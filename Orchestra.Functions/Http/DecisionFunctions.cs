using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary><c>POST /api/gm/decisions/{id}/resolve</c>, and the delivery of answers that a crash left behind.</summary>
public sealed class DecisionFunctions(ProjectStore store, EventLog events, DataFolder data, TimeProvider time, ILogger<DecisionFunctions> logger)
{
    [Function("ResolveDecision")]
    [Api("Answers a decision, once.", Body = typeof(ResolveBody))]
    public Task<IActionResult> Resolve(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/gm/decisions/{id}/resolve")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        JsonBody body = await JsonBody.ReadAsync(request, cancellationToken);
        body.AllowOnly("action", "comment");
        string action = body.RequiredText("action", 20);
        if (!DecisionAnswers.All.Contains(action))
            throw new InputProblem("action", $"Must be one of: {string.Join(", ", DecisionAnswers.All)}.");
        string? comment = body.OptionalText("comment", 16_384);

        DecisionRecord decision = (Ids.IsValid(id) ? await store.FindDecisionAsync(id, cancellationToken) : null)
            ?? throw new InputProblem("id", $"There is no decision '{id}'.", StatusCodes.Status404NotFound);
        if (!decision.Answers.Contains(action))
            throw new InputProblem("action", $"This decision takes one of: {string.Join(", ", decision.Answers)}.");
        string status = action switch
        {
            DecisionAnswers.Reject => "rejected",
            DecisionAnswers.Manual => "manual",
            DecisionAnswers.Skip => "skipped",
            _ => "approved",
        };
        var answer = new DecisionAnswer(id, action, comment);
        if (await store.ResolveDecisionAsync(id, status, answer, time.GetUtcNow().UtcDateTime, CancellationToken.None) is null)
        {
            string now = (await store.FindDecisionAsync(id, cancellationToken))?.Status ?? "gone";
            throw new InputProblem("id", $"Decision {id} is {now} already.", StatusCodes.Status409Conflict);
        }

        await DeliverAsync(client, decision.ProjectId, answer);
        return Answers.Ok(new
        {
            Ok = true,
            DecisionId = id,
            Action = status,
            WorktreePath = action == DecisionAnswers.Manual && decision.Context.WorkId is { } workId ? data.Worktree(workId) : null,
        });
    });

    /// <summary>An answer is stored before it is raised; if we died in between, this raises it. A second raise is ignored.</summary>
    [Function("DeliverDecisions")]
    public async Task DeliverLeftovers(
        [TimerTrigger("0 * * * * *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        foreach ((string projectId, DecisionAnswer answer) in await store.ListUndeliveredAsync(cancellationToken))
            await DeliverAsync(client, projectId, answer);
    }

    private async Task DeliverAsync(DurableTaskClient client, string projectId, DecisionAnswer answer)
    {
        try
        {
            if (await store.FindDecisionAsync(answer.DecisionId, CancellationToken.None) is { } resolved)
                await events.AppendAsync(DecisionEvents.Resolved(resolved), CancellationToken.None);
            string instance = (await store.FindProjectAsync(projectId, CancellationToken.None))?.InstanceId ?? projectId;
            await client.RaiseEventAsync(instance, ProjectEvents.Decision(answer.DecisionId), answer);
            await store.MarkDeliveredAsync(projectId, answer.DecisionId, CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The answer stays in the outbox; the timer tries again within a minute.
            Log.DeliveryFailed(logger, answer.DecisionId, e);
        }
    }
}
