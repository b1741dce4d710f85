using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestra.Dashboard.Components;

/// <summary>JSON for reading: indented, texts that hold JSON taken as such, bounded.</summary>
public static class JsonText
{
    /// <summary>What is longer is cut, with a word about how much is missing.</summary>
    public const int Longest = 20_000;

    // Above this it is cut anyway, and indenting it first would only cost.
    private const int LongestIndented = 200_000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool IsSomething(JsonElement value) => value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public static string Size(JsonElement value)
    {
        int length = value.ValueKind == JsonValueKind.String ? value.GetString()!.Length : value.GetRawText().Length;
        return length < 1000
            ? string.Create(CultureInfo.InvariantCulture, $"{length} characters")
            : string.Create(CultureInfo.InvariantCulture, $"{length / 1000.0:0.0} k characters");
    }

    public static string Of(JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (text.Length <= LongestIndented)
            text = Indent(text);
        string shown = text.Length <= Longest ? text : string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, Longest)}\n… ({text.Length - Longest} more characters)");
        return PlainText.Of(shown);
    }

    /// <summary>In one line, for a table's cell.</summary>
    public static string Short(JsonElement value, int longest = 120)
    {
        if (!IsSomething(value))
            return "";
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return PlainText.Of((text.Length <= longest ? text : text[..longest] + "…").ReplaceLineEndings(" "));
    }

    private static string Indent(string text)
    {
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(text), Indented);
        }
        catch (JsonException)
        {
            // Plain text is a value too.
            return text;
        }
    }
}
