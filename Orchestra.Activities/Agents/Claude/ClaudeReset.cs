using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>When a usage limit ends, as the CLI or the API told.</summary>
internal static partial class ClaudeReset
{
    // What lies farther away is no limit's end but a number misread.
    private static readonly TimeSpan Farthest = TimeSpan.FromDays(35);

    /// <param name="at">When that was told.</param>
    /// <returns>Null when nothing was told that can be understood.</returns>
    public static DateTimeOffset? Of(ClaudeAttempt attempt, DateTimeOffset at)
    {
        DateTimeOffset? told = attempt.Result?.RetryAfterSeconds is { } seconds ? at.AddSeconds((double)seconds)
            : attempt.LimitResetsAt ?? (attempt.Result?.Message is { } message ? InWords(message, at) : null);
        return told > at && told - at < Farthest ? told : null;
    }

    private static DateTimeOffset? InWords(string message, DateTimeOffset at)
    {
        // "Claude AI usage limit reached|1736208000"
        if (Epoch().Match(message) is { Success: true } epoch)
            return DateTimeOffset.FromUnixTimeSeconds(long.Parse(epoch.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

        // "You've hit your limit · resets 3pm (Europe/Berlin)", "… resets Oct 6, 3:30pm"
        if (Clock().Match(message) is not { Success: true } clock || ZoneOf(clock.Groups["zone"].Value) is not { } zone) return null;
        DateTime local = TimeZoneInfo.ConvertTime(at, zone).DateTime;
        string time = clock.Groups["time"].Value.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        if (!DateTime.TryParseExact(time, ["htt", "h:mmtt", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.NoCurrentDateDefault, out DateTime ofDay)) return null;
        DateTime reset = local.Date + ofDay.TimeOfDay;
        if (clock.Groups["day"] is { Success: true, Value: { } day })
        {
            if (!DateTime.TryParseExact($"{day} {local.Year}", ["MMM d yyyy", "MMMM d yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime date)) return null;
            reset = date + ofDay.TimeOfDay;
            if (reset < local.AddDays(-1)) reset = reset.AddYears(1);
        }
        else if (reset <= local)
        {
            reset = reset.AddDays(1);
        }
        return new DateTimeOffset(reset, zone.GetUtcOffset(reset));
    }

    private static TimeZoneInfo? ZoneOf(string name) =>
        name.Length == 0 ? TimeZoneInfo.Local : TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone) ? zone : null;

    [GeneratedRegex(@"\|(\d{10})\b")]
    private static partial Regex Epoch();

    [GeneratedRegex(@"resets?\s+(at\s+)?((?<day>[A-Z][a-z]+ \d{1,2}),?\s+(at\s+)?)?(?<time>\d{1,2}(:\d{2})?\s?[ap]m|\d{1,2}:\d{2})(\s*\((?<zone>[\w/+-]+)\))?", RegexOptions.IgnoreCase)]
    private static partial Regex Clock();
}
