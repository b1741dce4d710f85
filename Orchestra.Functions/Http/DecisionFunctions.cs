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

/// <summary><c>POST /api/gm/decisions/{id}/resolve</c>, the answers that nobody gave in time, and the delivery of those that a crash left behind.</summary>
public sealed class DecisionFunctions(ProjectStore store, DecisionAnswering answering, DataFolder data, TimeProvider time)
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
        body.AllowOnly("action", "comment", "max_cost_usd", "max_turns");
        string action = body.RequiredText("action", 20);
        if (!DecisionAnswers.All.Contains(action))
            throw new InputProblem("action", $"Must be one of: {string.Join(", ", DecisionAnswers.All)}.");
        string? comment = body.OptionalText("comment", 16_384);
        Budget? named = body.OptionalBudget();

        DecisionRecord decision = (Ids.IsValid(id) ? await store.FindDecisionAsync(id, cancellationToken) : null)
            ?? throw new InputProblem("id", $"There is no decision '{id}'.", StatusCodes.Status404NotFound);
        if (!decision.Answers.Contains(action))
            throw new InputProblem("action", $"This decision takes one of: {string.Join(", ", decision.Answers)}.");
        DecisionRecord? resolved = await answering.AnswerAsync(client, decision, action, comment, named);
        if (resolved is null)
        {
            string now = (await store.FindDecisionAsync(id, cancellationToken))?.Status ?? "gone";
            throw new InputProblem("id", $"Decision {id} is {now} already.", StatusCodes.Status409Conflict);
        }

        return Answers.Ok(new
        {
            Ok = true,
            DecisionId = id,
            Action = resolved.Status,
            WorktreePath = action == DecisionAnswers.Manual && decision.Context.WorkId is { } workId ? data.Worktree(workId) : null,
        });
    });

    [Function("ExpireDecisions")]
    public async Task Expire(
        [TimerTrigger("*/5 * * * * *", UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        foreach (DecisionRecord decision in await store.ListDueDecisionsAsync(time.GetUtcNow().UtcDateTime, cancellationToken))
            await answering.AnswerAsync(client, decision, decision.DefaultAction!, $"Nobody answered by {decision.ExpiresAt:u}.", null);
    }

    /// <summary>An answer is stored before it is raised; if we died in between, this raises it. A second raise is ignored.</summary>
    [Function("DeliverDecisions")]
    public async Task DeliverLeftovers(
        [TimerTrigger("0 * * * * *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        foreach ((string projectId, DecisionAnswer answer) in await store.ListUndeliveredAsync(cancellationToken))
            await answering.DeliverAsync(client, projectId, answer);
    }
}
