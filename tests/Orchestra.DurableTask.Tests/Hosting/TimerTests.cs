using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Hosting;

namespace Orchestra.DurableTask.Tests.Hosting;

public sealed class TimerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_timer_runs_at_start_and_at_its_times()
    {
        var time = new FakeTimeProvider(Noon);
        var log = new TimerLog();
        await using TestApp app = await TestApp.StartAsync(
            b =>
            {
                b.Services.AddSingleton<TimeProvider>(time).AddSingleton(log);
                b.Configuration["Hourly"] = "0 0 * * * *";
            },
            typeof(TimerFunctions));
        TimerInfo first = await log.NextAsync();
        Assert.False(first.IsPastDue);
        Assert.Equal(Noon.UtcDateTime.AddHours(1), first.ScheduleStatus?.Next);
        // The loop sets its next delay some time after the run: pass hours until one of them is noticed.
        await UntilAsync(() => log.Count > 1, () => time.Advance(TimeSpan.FromHours(1)));
        await UntilAsync(() => File.Exists(Path.Combine(app.Data, "timers", "hourly.json")));
    }

    private static async Task UntilAsync(Func<bool> condition, Action? meanwhile = null)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            meanwhile?.Invoke();
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-01T12:05:00Z")]
    [InlineData("*/5 * * * *", "2026-03-01T12:05:00Z")]
    [InlineData("0 30 9 * * MON-FRI", "2026-03-02T09:30:00Z")]
    [InlineData("00:10:00", "2026-03-01T12:10:00Z")]
    public void A_schedule_has_a_next_time(string expression, string next) =>
        Assert.Equal(DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture), TimerSchedule.Parse(expression, TimeZoneInfo.Utc).Next(Noon));

    [Theory]
    [InlineData("")]
    [InlineData("every day")]
    [InlineData("00:00:00")]
    [InlineData("0 99 * * * *")]
    public void A_bad_schedule_is_refused(string expression) => Assert.Throws<FormatException>(() => TimerSchedule.Parse(expression, TimeZoneInfo.Utc));
}

public sealed class TimerLog
{
    private readonly System.Threading.Channels.Channel<TimerInfo> runs = System.Threading.Channels.Channel.CreateUnbounded<TimerInfo>();

    public int Count { get; private set; }

    public void Add(TimerInfo run)
    {
        Count++;
        runs.Writer.TryWrite(run);
    }

    public async Task<TimerInfo> NextAsync() => await runs.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience);
}

public sealed class TimerFunctions(TimerLog log)
{
    [Function("Hourly")]
    public void Hourly([TimerTrigger("%Hourly%", RunOnStartup = true)] TimerInfo timer) => log.Add(timer);
}
