using System.Globalization;

namespace Orchestra.Dashboard.Components;

/// <summary>Lengths of time in the two units that matter.</summary>
public static class Duration
{
    public static string Text(TimeSpan length) => length switch
    {
        { TotalMilliseconds: < 1000 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalSeconds:0.0} s"),
        { TotalMinutes: < 60 } => $"{(int)length.TotalMinutes} min {length.Seconds} s",
        { TotalHours: < 24 } => $"{(int)length.TotalHours} h {length.Minutes} min",
        _ => $"{(int)length.TotalDays} d {length.Hours} h",
    };

    public static string Text(double? seconds) => seconds is { } known ? Text(TimeSpan.FromSeconds(known)) : "–";
}
