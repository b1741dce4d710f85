using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Orchestra.DurableTask.Tests.Conformance;

/// <summary>A worker and a client over one journal in memory, as an app would set them up, with a clock that only the test moves.</summary>
internal sealed class Runtime : IAsyncDisposable
{
    private readonly IHost host;
    private readonly IHostedService worker;
    private readonly CancellationTokenSource patience = new(Eventually.Patience);

    private Runtime(IHost host, FakeTimeProvider clock)
    {
        this.host = host;
        Clock = clock;
        worker = host.Services.GetServices<IHostedService>().Single();
        Client = host.Services.GetRequiredService<DurableTaskClient>();
    }

    public static DateTimeOffset Beginning { get; } = new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6789012);

    public FakeTimeProvider Clock { get; }

    public DurableTaskClient Client { get; }

    /// <summary>Ends the test when what it waits for does not come.</summary>
    public CancellationToken Patience => patience.Token;

    public static async Task<Runtime> StartAsync(
        Action<DurableTaskRegistry> tasks,
        Action<DurableTaskWorkerOptions>? worker = null,
        Action<DurableTaskClientOptions>? client = null,
        Action<IServiceCollection>? services = null,
        TimeSpan? drain = null)
    {
        Runtime runtime = Create(tasks, worker, client, services, drain);
        await runtime.StartWorkerAsync();
        return runtime;
    }

    /// <summary>Until the worker is started, messages gather and come in one batch.</summary>
    public static Runtime Create(
        Action<DurableTaskRegistry> tasks,
        Action<DurableTaskWorkerOptions>? worker = null,
        Action<DurableTaskClientOptions>? client = null,
        Action<IServiceCollection>? services = null,
        TimeSpan? drain = null)
    {
        var clock = new FakeTimeProvider(Beginning);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddDurableTaskWorker(durable => durable.AddTasks(tasks).Configure(worker ?? (_ => { })).UseEmbedded(options => options.DrainTimeout = drain ?? options.DrainTimeout));
        builder.Services.AddDurableTaskClient(durable => durable.Configure(client ?? (_ => { })).UseEmbedded());
        services?.Invoke(builder.Services);
        return new Runtime(builder.Build(), clock);
    }

    public Task StartWorkerAsync() => worker.StartAsync(CancellationToken.None);

    public Task StopWorkerAsync() => worker.StopAsync(CancellationToken.None);

    /// <summary>What was in memory is gone: instances go on by replay.</summary>
    public async Task RestartWorkerAsync()
    {
        await StopWorkerAsync();
        await StartWorkerAsync();
    }

    public Task<string> BeginAsync(string name, object? input = null, string? id = null)
        => Client.ScheduleNewOrchestrationInstanceAsync(name, input, id is null ? null : new StartOrchestrationOptions(id), Patience);

    /// <summary>Starts and waits until the first turn is stored.</summary>
    public async Task<string> BegunAsync(string name, object? input = null, string? id = null)
    {
        string started = await BeginAsync(name, input, id);
        await Client.WaitForInstanceStartAsync(started, Patience);
        return started;
    }

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? id = null)
        => await EndAsync(await BeginAsync(name, input, id));

    public Task<OrchestrationMetadata> EndAsync(string id) => Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Patience);

    public Task RaiseAsync(string id, string name, object? payload = null) => Client.RaiseEventAsync(id, name, payload, Patience);

    public Task<IList<HistoryEvent>> HistoryAsync(string id) => Client.GetOrchestrationHistoryAsync(id, Patience);

    public async Task<List<T>> HistoryAsync<T>(string id)
        where T : HistoryEvent
        => [.. (await HistoryAsync(id)).OfType<T>()];

    public async Task<OrchestrationMetadata> GetAsync(string id)
        => Assert.IsType<OrchestrationMetadata>(await Client.GetInstanceAsync(id, getInputsAndOutputs: true, Patience));

    public async Task<OrchestrationMetadata> UntilAsync(string id, Func<OrchestrationMetadata, bool> fits)
    {
        while (true)
        {
            OrchestrationMetadata found = await GetAsync(id);
            if (fits(found))
                return found;
            await Task.Yield();
        }
    }

    /// <summary>Waits until so many events of a kind are stored.</summary>
    public async Task<List<T>> UntilAsync<T>(string id, int count)
        where T : HistoryEvent
    {
        while (true)
        {
            List<T> found = await HistoryAsync<T>(id);
            if (found.Count >= count)
                return found;
            await Task.Yield();
        }
    }

    /// <summary>Moves the clock to where the instance's latest timer fires, once there are so many of them.</summary>
    public async Task PassTimerAsync(string id, int count)
    {
        TimerCreatedEvent timer = (await UntilAsync<TimerCreatedEvent>(id, count))[count - 1];
        Clock.SetUtcNow(new DateTimeOffset(timer.FireAt, TimeSpan.Zero));
        await UntilAsync<TimerFiredEvent>(id, count);
    }

    public async ValueTask DisposeAsync()
    {
        await StopWorkerAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        patience.Dispose();
    }
}

/// <summary>Short forms of what a history says.</summary>
internal static class HistoryText
{
    public static string Kinds(this IEnumerable<HistoryEvent> history) => string.Join(' ', history.Select(entry => entry.EventType));

    /// <summary>The numbered events: what the code did, in order.</summary>
    public static string Actions(this IEnumerable<HistoryEvent> history)
        => string.Join(' ', history.Where(entry => entry.EventId >= 0).Select(entry => $"{entry.EventType}#{entry.EventId}"));
}
