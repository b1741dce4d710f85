using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The retry attribute of a timer function. A maximum of -1 means without end.</summary>
internal sealed class TimerRetry
{
    private readonly Func<int, TimeSpan> delay;

    private TimerRetry(int maxRetryCount, Func<int, TimeSpan> delay)
    {
        MaxRetryCount = maxRetryCount;
        this.delay = delay;
    }

    public int MaxRetryCount { get; }

    public static TimerRetry Of(MethodInfo method) => method.GetCustomAttribute<RetryAttribute>() switch
    {
        FixedDelayRetryAttribute fix => Fixed(fix.MaxRetryCount, Span(fix.DelayInterval)),
        ExponentialBackoffRetryAttribute backoff => Exponential(backoff.MaxRetryCount, Span(backoff.MinimumInterval), Span(backoff.MaximumInterval)),
        _ => new TimerRetry(0, static _ => TimeSpan.Zero),
    };

    public bool Allows(int attempt) => MaxRetryCount < 0 || attempt < MaxRetryCount;

    public TimeSpan DelayBefore(int attempt) => delay(attempt);

    private static TimerRetry Fixed(int count, TimeSpan interval) => new(count, _ => interval);

    private static TimerRetry Exponential(int count, TimeSpan least, TimeSpan most) =>
        new(count, attempt => TimeSpan.FromTicks((long)Math.Min(most.Ticks, least.Ticks * Math.Pow(2, attempt))));

    private static TimeSpan Span(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
