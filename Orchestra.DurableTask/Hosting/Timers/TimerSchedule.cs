using System.Globalization;
using NCrontab;

namespace Orchestra.DurableTask.Hosting;

/// <summary>When a timer function is due: a cron expression of five or six fields, or a fixed interval.</summary>
internal abstract class TimerSchedule
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public abstract DateTimeOffset Next(DateTimeOffset after);

    /// <summary>Whether runs follow each other so closely that keeping track of missed ones has no sense.</summary>
    public bool IsBelowAMinute(DateTimeOffset now)
    {
        DateTimeOffset at = Next(now);
        for (int i = 0; i < 5; i++)
        {
            DateTimeOffset next = Next(at);
            if (next - at < Minute)
                return true;
            at = next;
        }

        return false;
    }

    public static TimerSchedule Parse(string expression, TimeZoneInfo zone)
    {
        string text = expression.Trim();
        int fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        if (fields is 5 or 6 && CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = fields == 6 }) is { } cron)
            return new Cron(cron, zone);
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan interval) && interval > TimeSpan.Zero)
            return new Interval(interval);
        throw new FormatException($"'{expression}' is no schedule: five or six cron fields, or a time span above zero.");
    }

    private sealed class Interval(TimeSpan every) : TimerSchedule
    {
        public override DateTimeOffset Next(DateTimeOffset after) => after + every;
    }

    private sealed class Cron(CrontabSchedule schedule, TimeZoneInfo zone) : TimerSchedule
    {
        public override DateTimeOffset Next(DateTimeOffset after)
        {
            DateTime local = TimeZoneInfo.ConvertTime(after, zone).DateTime;
            while (true)
            {
                local = schedule.GetNextOccurrence(local);

                // A time that the clock skips does not come that day; what follows it does.
                if (zone.IsInvalidTime(local))
                    continue;
                var next = new DateTimeOffset(local, zone.GetUtcOffset(local));
                if (next > after)
                    return next.ToUniversalTime();
            }
        }
    }
}
