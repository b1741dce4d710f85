using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.DurableTask;

namespace Orchestra.Bench;

/// <summary>A generic host with nothing but the embedded runtime, file-backed with <c>synchronous=FULL</c>.</summary>
internal sealed class RuntimeHost : IAsyncDisposable
{
    private readonly IHost host;

    private RuntimeHost(IHost host) => this.host = host;

    public DurableTaskClient Client => host.Services.GetRequiredService<DurableTaskClient>();

    public static async Task<RuntimeHost> StartAsync(string file)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddDurableTaskWorker(b => b.AddTasks(RuntimeTasks.Add).UseEmbedded(o => o.Path = file));
        builder.Services.AddDurableTaskClient(b => b.UseEmbedded(o => o.Path = file));
        IHost host = builder.Build();
        await host.StartAsync();
        return new RuntimeHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}

/// <summary>The orchestrations that are measured; their activities do nothing.</summary>
internal static class RuntimeTasks
{
    public const string Empty = nameof(Empty);
    public const string Chain = nameof(Chain);
    public const string Fan = nameof(Fan);
    public const string Events = nameof(Events);
    public const string Timed = nameof(Timed);
    public const string Idle = nameof(Idle);
    private const string Step = nameof(Step);
    private const string Nothing = nameof(Nothing);
    private const string Clock = nameof(Clock);

    /// <summary>When each step of an <see cref="Events"/> orchestration ran.</summary>
    public static readonly System.Threading.Channels.Channel<long> Steps = System.Threading.Channels.Channel.CreateUnbounded<long>();

    public static void Add(DurableTaskRegistry tasks)
    {
        tasks.AddActivityFunc<int, int>(Nothing, (_, i) => i);
        tasks.AddActivityFunc<int, long>(Clock, (_, _) => System.Diagnostics.Stopwatch.GetTimestamp());
        tasks.AddOrchestratorFunc<int, int>(Empty, (_, i) => i);
        tasks.AddOrchestratorFunc<int, int>(Chain, async (context, count) =>
        {
            for (int i = 0; i < count; i++)
                await context.CallActivityAsync<int>(Nothing, i);
            return count;
        });
        tasks.AddOrchestratorFunc<int, int>(Fan, async (context, count) =>
            (await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>(Nothing, i)))).Length);

        // Each event's next step, an activity, tells in memory when it runs.
        tasks.AddOrchestratorFunc<int, int>(Events, async (context, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                await context.WaitForExternalEvent<int>("go");
                await context.CallActivityAsync<int>(Step, i);
            }

            return count;
        });
        tasks.AddActivityFunc<int, int>(Step, (_, i) =>
        {
            Steps.Writer.TryWrite(System.Diagnostics.Stopwatch.GetTimestamp());
            return i;
        });
        tasks.AddOrchestratorFunc<int, List<long>>(Timed, async (context, count) =>
        {
            var stamps = new List<long>(count);
            for (int i = 0; i < count; i++)
                stamps.Add(await context.CallActivityAsync<long>(Clock, i));
            return stamps;
        });
        tasks.AddOrchestratorFunc<int, long>(Idle, async (context, _) =>
        {
            await context.WaitForExternalEvent<int>("wake");
            return await context.CallActivityAsync<long>(Clock, 0);
        });
    }
}
