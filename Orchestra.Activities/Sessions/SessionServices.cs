using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Orchestra.Activities.Sessions;

public static class SessionServices
{
    /// <summary>What a person does to one session. Needs the git services.</summary>
    public static IServiceCollection AddOrchestraSessions(this IServiceCollection services)
    {
        services.TryAddSingleton<SessionDiffer>();
        services.TryAddSingleton<SessionMerger>();
        services.TryAddSingleton<SessionDiscarder>();
        services.TryAddSingleton<SessionOutput>();
        services.TryAddSingleton<SessionRecoverer>();
        services.TryAddSingleton<SessionEnder>();
        return services;
    }
}
