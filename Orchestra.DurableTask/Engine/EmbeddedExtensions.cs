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

    private static void AddShared(IServiceCollection services, string name, Action<EmbeddedOptions>? configure)
    {
        services.AddOptions();
        services.TryAddSingleton<EmbeddedEngines>();
        if (configure is not null)
            services.Configure(name, configure);
    }
}
