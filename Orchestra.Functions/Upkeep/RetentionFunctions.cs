using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Functions.Http;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Upkeep;

/// <summary>Prunes once a day and at the start, as a machine may be off at night; <c>POST /api/doctor/prune</c> does it now.</summary>
public sealed class RetentionFunctions(Retention retention)
{
    [Function("Retention")]
    public Task Run(
        [TimerTrigger("0 30 3 * * *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => retention.PruneAsync(client, cancellationToken);

    [Function("DoctorPrune")]
    [Api("Prunes what retention no longer keeps.")]
    public Task<IActionResult> Prune(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/doctor/prune")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
        Answers.Ok(new { Pruned = await retention.PruneAsync(client, cancellationToken) }));
}
