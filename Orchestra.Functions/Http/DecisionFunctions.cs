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
        string status = action switch
        {
            DecisionAnswers.Reject => "rejected",
            DecisionAnswers.Manual => "manual",
            DecisionAnswers.Skip => "skipped",
            _ => "approved",
        };
        var answer = new DecisionAnswer(id, action, comment, Granted(decision, action, named));
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

    /// <summary>The budget from now on, of a decision about one.</summary>
    private static Budget? Granted(DecisionRecord decision, string action, Budget? named)
    {
        string field = named?.MaxCostUsd is null ? "max_turns" : "max_cost_usd";
        if (decision.Context.Budget is not { } overrun || action != DecisionAnswers.Approve)
            return named is null ? null : throw new InputProblem(field, "Only for approving a decision about a budget.");
        var granted = new Budget(named?.MaxCostUsd ?? overrun.Proposed.MaxCostUsd, named?.MaxTurns ?? overrun.Proposed.MaxTurns);
        return granted.ExceededBy(new SpentRun("", overrun.SpentUsd, overrun.SpentTurns), decision.Context.SessionId is null ? "project" : "agent", begins: true) is { } tooLittle
            ? throw new InputProblem(field, $"{tooLittle} Allow more than that in all.")
            : granted;
    }

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
            DecisionRecord? resolved = await store.FindDecisionAsync(answer.DecisionId, CancellationToken.None);
            if (resolved is not null)
                await events.AppendAsync(DecisionEvents.Resolved(resolved), CancellationToken.None);
            string instance = (await store.FindProjectAsync(projectId, CancellationToken.None))?.InstanceId ?? projectId;
            // Whose budget was used up looks for the answer itself.
            if (resolved?.DecisionType == DecisionTypes.BudgetExceeded)
                await AgentCalls.CallAllAsync(store, client, projectId, instance, CancellationToken.None);
            else
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
