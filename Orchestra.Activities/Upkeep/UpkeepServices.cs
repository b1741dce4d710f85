using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Orchestra.Activities.Upkeep;

public static class UpkeepServices
{
    /// <summary>Finding and cleaning what crashes left, and what was stored long enough. Needs the git services.</summary>
    public static IServiceCollection AddOrchestraUpkeep(this IServiceCollection services)
    {
        services.TryAddSingleton<LeftoverScan>();
        services.TryAddSingleton<LeftoverCleaner>();
        services.TryAddSingleton<StoredScan>();
        services.TryAddSingleton<StoredPruner>();
        return services;
    }
}
