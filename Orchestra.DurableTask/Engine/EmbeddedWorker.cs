using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orchestra.DurableTask.Engine;

/// <summary>The hosted service that runs a journal's instances and activities while the host runs.</summary>
internal sealed class EmbeddedWorker(
    string name,
    IDurableTaskFactory factory,
    IOptionsMonitor<EmbeddedOptions> embedded,
    IOptionsMonitor<DurableTaskWorkerOptions> options,
    EmbeddedEngines engines,
    IServiceProvider services)
    : DurableTaskWorker(name, factory)
{
    private EmbeddedEngine? engine;

    /// <summary>The code and settings that instances run with.</summary>
    public WorkerSetup Setup() => new(services.GetService<ITaskFactory>() ?? new RegistryTaskFactory(Factory), services, options.Get(Name));

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        engine = engines.Get(embedded.Get(Name));
        await engine.StartWorkerAsync(Setup()).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (engine is not null)
            await engine.StopWorkerAsync().ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The engine works by itself; there is nothing to loop over.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}
