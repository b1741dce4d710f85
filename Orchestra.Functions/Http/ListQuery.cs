using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orchestra.Core;

namespace Orchestra.Functions.Http;

/// <summary>What the query says; a part that cannot be meant is refused by name rather than ignored.</summary>
internal static class ListQuery
{
    /// <summary>What a session can be.</summary>
    private static readonly string[] SessionStatuses =
        ["pending", "running", "completed", "failed", "cancelled", "timed_out", "no_change", "budget_exceeded", "quota"];

    private static readonly string[] DecisionStatuses = ["pending", "approved", "rejected", "manual", "skipped", "closed"];

    public static string? SessionStatus(HttpRequest request) => OneOf(request, "status", SessionStatuses);

    public static string? DecisionStatus(HttpRequest request) => OneOf(request, "status", DecisionStatuses);

    public static string? OneOf(HttpRequest request, string key, IReadOnlyCollection<string> known, bool ignoreCase = false) =>
        Text(request, key) is not { } text ? null
        : known.FirstOrDefault(k => k.Equals(text, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)) is { } one ? one
        : throw Bad(key, $"'{text}' is unknown. Known are: {string.Join(", ", known)}.");

    /// <summary>A moment, or a day at its beginning, in UTC unless it says otherwise.</summary>
    public static DateTime? Since(HttpRequest request)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (Text(request, "since") is not { } text)
            return null;
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, Utc, out DateTime moment) && moment.Year >= 1970
            ? moment
            : throw Bad("since", "Must be a time like 2026-01-31T12:00:00Z, or a day.");
    }

    public static string? Text(HttpRequest request, string key) => request.Query[key].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A whole number; <paramref name="standard"/> where none is given.</summary>
    public static long Number(HttpRequest request, string key, long standard, long least, long most) =>
        Text(request, key) is { } text ? Number(key, text, least, most) : standard;

    public static long Number(string key, string text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most
            ? number
            : throw Bad(key, $"Must be a whole number from {least} to {most}.");

    public static InputProblem Bad(string field, string message) => new(field, message, StatusCodes.Status400BadRequest);
}
