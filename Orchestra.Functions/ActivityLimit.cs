using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Core.Configuration;

namespace Orchestra.Functions;

/// <summary>
/// An agent takes an activity as long as it runs, which may be hours. So host.json's limit is for all other steps, and the agents' places come on
/// top: however many run, merges, gates and cancellations go on.
/// </summary>
internal static class ActivityLimit
{
    public static IServiceCollection AddRoomForAgents(this IServiceCollection services, RunsConfig runs) =>
        services.PostConfigure<DurableTaskWorkerOptions>(options =>
        {
            int others = options.Concurrency.MaximumConcurrentActivityWorkItems;
            options.Concurrency.MaximumConcurrentActivityWorkItems =
                runs.MaxParallelAgents == 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, (long)others + runs.MaxParallelAgents);
        });
}
