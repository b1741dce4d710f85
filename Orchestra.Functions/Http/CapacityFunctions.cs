using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Agents.Admission;
using Orchestra.Core.Configuration;
using Orchestra.Core.Quota;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary>How many agents run and wait here, and what there is for more of them.</summary>
public sealed class CapacityFunctions(AgentPlaces places, MachineRoom room, RunsConfig config, QuotaBreakers breakers)
{
    [Function("GetCapacity")]
    [Api("How many agents run and wait, and what there is for more of them.")]
    public IActionResult Show([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/capacity")] HttpRequest request)
    {
        (int running, int waiting) = places.Count();
        return Answers.Ok(new
        {
            Running = running,
            WaitingForAPlace = waiting,
            config.MaxParallelAgents,
            FreeDiskMb = room.FreeDiskMb(),
            config.MinFreeDiskMb,
            FreeMemoryMb = MachineRoom.FreeMemoryMb(),
            config.MinFreeMemoryMb,
        });
    }

    [Function("GetQuota")]
    [Api("Accounts whose quota was used up, and until when.")]
    public Task<IActionResult> Quota(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/quota")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
        Answers.Ok((await breakers.ListAsync(cancellationToken)).Select(b => new
        {
            b.Breaker.Client,
            b.Breaker.Account,
            Open = b.IsOpen,
            b.Breaker.Reason,
            b.Breaker.OpenedAt,
            b.Breaker.Until,
            b.Breaker.Trips,
        })));
}
