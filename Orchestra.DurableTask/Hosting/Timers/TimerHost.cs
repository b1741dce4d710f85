using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Runs all timer functions while the host is up.</summary>
internal sealed class TimerHost(
    FunctionCatalog catalog,
    FunctionRunner runner,
    TimerStatusStore store,
    IServiceScopeFactory scopes,
    IConfiguration configuration,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers) : BackgroundService
{
    private readonly List<TimerLoop> loops = [];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Read here, so that a bad schedule fails the start and not a background task later.
        foreach (FunctionDescriptor function in catalog.Of(TriggerKind.Timer))
        {
            (TimerSchedule schedule, string expression) = ScheduleOf(function);
            loops.Add(new TimerLoop(function, schedule, expression, runner, store, scopes, time, loggers.CreateLogger($"Function.{function.Name}")));
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (loops.Count == 0)
            return;

        // A timer that runs at start-up may use what the other hosted services provide: let them start first.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (lifetime.ApplicationStarted.Register(started.SetResult))
            await started.Task.WaitAsync(stoppingToken);
        await Task.WhenAll(loops.Select(loop => loop.RunAsync(stoppingToken)));
    }

    private (TimerSchedule Schedule, string Expression) ScheduleOf(FunctionDescriptor function)
    {
        string text = ((TimerTriggerAttribute)function.Trigger).Schedule;
        try
        {
            string expression = SettingReferences.Expand(text, configuration);
            return (TimerSchedule.Parse(expression, time.LocalTimeZone), expression);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new InvalidOperationException($"The schedule of timer function '{function.Name}' cannot be used: {e.Message}", e);
        }
    }
}
