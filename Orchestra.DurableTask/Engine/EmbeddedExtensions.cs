using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestra.DurableTask.Engine;

namespace Orchestra.DurableTask;

/// <summary>Chooses the embedded backend. Worker and client of one path in one container share one engine.</summary>
public static class EmbeddedExtensions
{
    public static IDurableTaskWorkerBuilder UseEmbedded(this IDurableTaskWorkerBuilder builder, Action<EmbeddedOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddShared(builder.Services, builder.Name, configure);
        return builder.UseBuildTarget(typeof(EmbeddedWorker));
    }

    public static IDurableTaskClientBuilder UseEmbedded(this IDurableTaskClientBuilder builder, Action<EmbeddedOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddShared(builder.Services, builder.Name, configure);
        return builder.UseBuildTarget(typeof(EmbeddedTaskClient));
    }

    /// <summary>Purges an instance that may still run, which the genuine members refuse. Work that runs for it ends unheard.</summary>
    /// <exception cref="NotSupportedException">The client is not one of the embedded runtime.</exception>
    public static Task<PurgeResult> ForcePurgeInstanceAsync(
        this DurableTaskClient client, string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
        => client is EmbeddedTaskClient embedded
            ? embedded.PurgeAsync(instanceId, options, force: true, cancellation)
            : throw new NotSupportedException("Only the embedded runtime can purge an instance that runs.");

    private static void AddShared(IServiceCollection services, string name, Action<EmbeddedOptions>? configure)
    {
        services.AddOptions();
        services.TryAddSingleton<EmbeddedEngines>();
        if (configure is not null)
            services.Configure(name, configure);
    }
}
