using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Runs one timer function. One loop, one run at a time: runs never overlap.</summary>
internal sealed partial class TimerLoop(
    FunctionDescriptor function,
    TimerSchedule schedule,
    string expression,
    FunctionRunner runner,
    TimerStatusStore store,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger logger)
{
    // Longer waits are made in pieces, because a timer's delay is bounded and the wall clock may be set.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly TimerTriggerAttribute trigger = (TimerTriggerAttribute)function.Trigger;
    private readonly TimerRetry retry = TimerRetry.Of(function.Method);

    public async Task RunAsync(CancellationToken stop)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool monitored = trigger.UseMonitor && !schedule.IsBelowAMinute(now);
        TimerStatus? kept = monitored ? store.Read(function.Name) : null;
        TimerStatus status = kept is not null && kept.Schedule == expression ? kept : new(expression, kept?.Last, schedule.Next(now), now);
        bool pastDue = status.Next < now;
        if (pastDue || trigger.RunOnStartup)
            status = await FireAsync(status, pastDue, monitored, stop);
        else if (monitored)
            Keep(status);
        while (!stop.IsCancellationRequested)
        {
            await WaitUntilAsync(status.Next, stop);
            status = await FireAsync(status, pastDue: false, monitored, stop);
        }
    }

    private async Task<TimerStatus> FireAsync(TimerStatus status, bool pastDue, bool monitored, CancellationToken stop)
    {
        DateTimeOffset started = time.GetUtcNow();
        await InvokeAsync(status, pastDue, monitored, stop);

        // Counted from the due time, so that neither an early nor a slow run shifts the ones to come.
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset next = status.Next > now ? status.Next : schedule.Next(status.Next);
        if (next <= now)
            next = schedule.Next(now);
        status = new(expression, started, next, now);
        if (monitored)
            Keep(status);
        return status;
    }

    private async Task InvokeAsync(TimerStatus status, bool pastDue, bool monitored, CancellationToken stop)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                var info = new TimerInfo { IsPastDue = pastDue, ScheduleStatus = monitored ? Public(status) : null };
                var input = new InvocationInput { Timer = info, RetryCount = attempt, MaxRetryCount = retry.MaxRetryCount };
                await using AsyncServiceScope scope = scopes.CreateAsyncScope();
                await runner.RunAsync(function, input, scope.ServiceProvider, stop);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                LogFailed(logger, e, function.Name);
                if (!retry.Allows(attempt))
                    return;
            }

            await Task.Delay(retry.DelayBefore(attempt), time, stop);
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken stop)
    {
        for (TimeSpan left = due - time.GetUtcNow(); left > TimeSpan.Zero; left = due - time.GetUtcNow())
        {
            TimeSpan wait = left < LongestWait ? left : LongestWait;
            await Task.Delay(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, time, stop);
        }
    }

    // A status that cannot be written is worth a warning, not the host: only the notice of a missed run is lost.
    private void Keep(TimerStatus status)
    {
        try
        {
            store.Write(function.Name, status);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(logger, e, function.Name);
        }
    }

    private static ScheduleStatus Public(TimerStatus status) => new()
    {
        Last = status.Last?.UtcDateTime ?? default,
        Next = status.Next.UtcDateTime,
        LastUpdated = status.LastUpdated.UtcDateTime,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Timer function '{Function}' failed.")]
    private static partial void LogFailed(ILogger logger, Exception error, string function);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The status of timer function '{Function}' could not be kept.")]
    private static partial void LogNotKept(ILogger logger, Exception error, string function);
}
