using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Orchestra.Core;

/// <summary>Identifiers of projects, sessions and decisions: <c>YYYYMMDD-HHMMSS-xxxxxx</c>, six hex digits at the end.</summary>
public static partial class Ids
{
    /// <summary>A new id; sorts by time, collides with probability 2^-24 inside one second.</summary>
    public static string New(DateTimeOffset now) =>
        At(now, RandomNumberGenerator.GetHexString(6, lowercase: true));

    /// <summary>The id for a given moment and suffix; orchestrators pass a suffix made by their deterministic GUID.</summary>
    public static string At(DateTimeOffset now, string sixHexDigits) =>
        string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd-HHmmss}-{sixHexDigits}");

    /// <summary>Whether a text from outside has the form of an id; anything else must not reach paths or refs.</summary>
    public static bool IsValid(string? text) => text is not null && Pattern().IsMatch(text);

    /// <summary>The id that the name of something made for a project or session begins with, such as a run's; null when it is no such name.</summary>
    public static string? OwnerOf(string? name) => name is not null && Made().Match(name) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\A([0-9]{8}-[0-9]{6}-[0-9a-f]{6})(-[a-z0-9]{1,20}){1,6}\z")]
    private static partial Regex Made();

    [GeneratedRegex(@"\A[0-9]{8}-[0-9]{6}-[0-9a-f]{6}\z")]
    private static partial Regex Pattern();
}
