using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.DurableTask;
using Orchestra.DurableTask.Engine;

namespace Orchestra.DurableTask.Tests.Engine;

/// <summary>A worker and a client over one journal, made and stopped by the test.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly IHostedService worker;
    private bool stopped;

    private TestHost(ServiceProvider services)
    {
        this.services = services;
        worker = services.GetServices<IHostedService>().Single();
        Client = services.GetRequiredService<DurableTaskClient>();
    }

    public DurableTaskClient Client { get; }

    public IServiceProvider Services => services;

    public EmbeddedEngine Engine => ((EmbeddedTaskClient)Client).Engine;

    public static async Task<TestHost> StartAsync(
        Action<DurableTaskRegistry> tasks,
        Action<EmbeddedOptions>? options = null,
        TimeProvider? time = null,
        Action<DurableTaskWorkerOptions>? worker = null,
        ILoggerProvider? logs = null)
    {
        TestHost host = Create(tasks, options, time, worker, logs);
        await host.StartWorkerAsync();
        return host;
    }

    /// <summary>Without a running worker: a client only.</summary>
    public static TestHost Create(
        Action<DurableTaskRegistry> tasks,
        Action<EmbeddedOptions>? options = null,
        TimeProvider? time = null,
        Action<DurableTaskWorkerOptions>? worker = null,
        ILoggerProvider? logs = null)
    {
        var collection = new ServiceCollection();
        if (time is not null)
            collection.AddSingleton(time);
        collection.AddLogging(builder =>
        {
            if (logs is not null)
                builder.AddProvider(logs);
        });
        collection.AddDurableTaskWorker(builder =>
        {
            builder.AddTasks(tasks).UseEmbedded(options);
            if (worker is not null)
                builder.Configure(worker);
        });
        collection.AddDurableTaskClient(builder => builder.UseEmbedded());
        return new TestHost(collection.BuildServiceProvider());
    }

    public Task StartWorkerAsync() => worker.StartAsync(CancellationToken.None);

    public Task StartAsync() => worker.StartAsync(CancellationToken.None);

    /// <summary>Starts an instance and waits for its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null)
        => await EndOf(await Client.ScheduleNewOrchestrationInstanceAsync(name, input));

    public async Task<OrchestrationMetadata> EndOf(string instanceId)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        return await Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, limit.Token);
    }

    /// <summary>Waits until the instance shows a status that fits.</summary>
    public async Task<OrchestrationMetadata> Until(string instanceId, Func<OrchestrationMetadata, bool> fits)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        while (true)
        {
            Task change = Engine.Signals.Next(instanceId);
            if (await Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, limit.Token) is { } found && fits(found))
                return found;
            await change.WaitAsync(limit.Token);
        }
    }

    /// <summary>Waits until the instance's history fits.</summary>
    public async Task UntilHistory(string instanceId, Func<IList<global::DurableTask.Core.History.HistoryEvent>, bool> fits)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        while (true)
        {
            Task change = Engine.Signals.Next(instanceId);
            if (fits(await Client.GetOrchestrationHistoryAsync(instanceId, limit.Token)))
                return;
            await change.WaitAsync(limit.Token);
        }
    }

    /// <summary>Stops without giving anything back, as a killed process would.</summary>
    public async Task CrashAsync()
    {
        await Engine.StopWorkerAsync(release: false);
        stopped = true;
        await services.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (stopped)
            return;
        stopped = true;
        await worker.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
    }
}

/// <summary>A journal file that is deleted afterwards.</summary>
internal sealed class TempJournal : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("journal-");

    public string Folder => folder.FullName;

    public string Path => System.IO.Path.Combine(Folder, "journal.db");

    public Action<EmbeddedOptions> Options => options =>
    {
        options.Path = Path;
        options.Synchronous = SynchronousMode.Off;
    };

    public void Dispose() => folder.Delete(recursive: true);
}
