using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Core.Bookkeeping;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary>How often agents ran, with which success, at which cost. Sessions count from their end on.</summary>
public sealed class StatsFunctions(UsageLedger ledger)
{
    [Function("GetStats")]
    [Api("Sums over everything that has ended.")]
    public Task<IActionResult> Stats(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/stats")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
        Answers.Ok(StatsViews.Stats(await ledger.ReadTotalAsync(cancellationToken))));

    [Function("GetCosts")]
    [Api("Costs in US dollars by client mode, agent and day.")]
    public Task<IActionResult> Costs(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/costs")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
        Answers.Ok(StatsViews.Costs(await ledger.ReadAsync(cancellationToken))));

    [Function("ListAgents")]
    [Api("How each agent fared: teammates, and teams whose roles one process takes.")]
    public Task<IActionResult> Agents(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/agents")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
        Answers.Ok((await ledger.ReadAgentsAsync(cancellationToken)).Where(a => a.Tally.Runs > 0).Select(a => StatsViews.Agent(a.Name, a.Tally))));
}
