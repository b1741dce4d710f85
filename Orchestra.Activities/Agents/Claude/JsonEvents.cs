using System.Text.Json;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>Reads events leniently: what is missing, or of another kind than expected, is as if it were not there.</summary>
internal static class JsonEvents
{
    public static JsonElement Object(this JsonElement e, string key) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Object ? value : default;

    public static IEnumerable<JsonElement> Items(this JsonElement e, string key) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Properties(this JsonElement e) => e.ValueKind == JsonValueKind.Object ? e.EnumerateObject() : [];

    public static string? Text(this JsonElement e, string key) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.AsText() : null;

    public static bool Truth(this JsonElement e, string key) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    public static long? Number(this JsonElement e, string key) => e.Amount(key) is { } amount and >= 0 and <= long.MaxValue ? (long)amount : null;

    public static decimal? Amount(this JsonElement e, string key) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal amount)
            ? amount
            : null;

    public static int Length(this JsonElement e) => e.ValueKind == JsonValueKind.Undefined ? 0 : e.GetRawText().Length;

    public static string AsText(this JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which JSON can write and Unicode cannot.
            return value.GetRawText();
        }
    }
}
