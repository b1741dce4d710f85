using Microsoft.Azure.Functions.Worker;
using Orchestra.Core.Quota;

namespace Orchestra.Functions.Upkeep;

/// <summary>Tells that a used-up quota is over when no agent waits for it; those that wait look by themselves.</summary>
public sealed class QuotaClosing(QuotaBreakers breakers)
{
    [Function("QuotaClosing")]
    public Task Run([TimerTrigger("*/15 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) => breakers.CloseDueAsync(cancellationToken);
}
