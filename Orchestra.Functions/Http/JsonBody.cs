using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Http;

/// <summary>Reads a request's JSON object field by field, so that an error names the field and what was expected there.</summary>
internal sealed class JsonBody(JsonElement element, string path)
{
    private const int MaxBytes = 1024 * 1024;

    public static Task<JsonBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request, emptyIsObject: false, cancellationToken);

    /// <summary>For requests that may come without a body: none is an object without keys.</summary>
    public static Task<JsonBody> ReadOptionalAsync(HttpRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request, emptyIsObject: true, cancellationToken);

    private static async Task<JsonBody> ReadAsync(HttpRequest request, bool emptyIsObject, CancellationToken cancellationToken)
    {
        CheckMediaType(request);
        if (request.ContentLength > MaxBytes)
            throw TooLarge();
        using var buffer = new MemoryStream();
        byte[] chunk = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxBytes)
                throw TooLarge();
        }

        try
        {
            JsonElement root = buffer.Length == 0 && emptyIsObject
                ? JsonSerializer.SerializeToElement(new object())
                : JsonSerializer.Deserialize<JsonElement>(buffer.ToArray());
            if (!IsUnicode(root))
                throw new InputProblem("body", "A text or key in it is not valid Unicode.", StatusCodes.Status400BadRequest);
            return root.ValueKind == JsonValueKind.Object
                ? new JsonBody(root, "")
                : throw new InputProblem("body", $"The body must be a JSON object, not {Describe(root)}.", StatusCodes.Status400BadRequest);
        }
        catch (JsonException e)
        {
            throw new InputProblem("body", $"The body is not valid JSON: {e.Message}", StatusCodes.Status400BadRequest);
        }
    }

    public static InputProblem TooLarge() =>
        new("body", $"The body has more than {MaxBytes} bytes; give long texts in files of the repository.", StatusCodes.Status413PayloadTooLarge);

    /// <summary>JSON is read whatever curl and scripts call it by default; what says that it is something else is not taken for JSON.</summary>
    private static void CheckMediaType(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && encoding != "identity")
            throw Unread("Content-Encoding", $"A body that is encoded as {encoding} is not read here; send it plain.");
        if (string.IsNullOrEmpty(request.ContentType))
            return;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !(type.MediaType.Value is "application/json" or "text/json" or "text/plain" or "application/x-www-form-urlencoded" || type.Suffix == "json"))
            throw Unread("Content-Type", $"'{request.ContentType}' is not read here; send application/json.");
        if (type.Charset is { HasValue: true } charset && !charset.Value!.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw Unread("Content-Type", $"The charset {charset} is not read here; send utf-8.");
    }

    private static InputProblem Unread(string header, string message) => new(header, message, StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Refuses keys that nobody would read, so that a misspelt one is not silently ignored.</summary>
    public void AllowOnly(params string[] keys)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!keys.Contains(property.Name))
                throw new InputProblem(At(property.Name), $"Unknown key. Known are: {string.Join(", ", keys)}.", StatusCodes.Status400BadRequest);
        }
    }

    public string RequiredText(string key, int maxLength)
    {
        string? text = OptionalText(key, maxLength);
        return string.IsNullOrWhiteSpace(text) ? throw new InputProblem(At(key), "Required, and not empty.") : text;
    }

    public string? OptionalText(string key, int maxLength)
    {
        if (!Has(key, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw WrongType(key, "a text", value);
        string text = value.GetString()!;
        if (text.Length > maxLength)
            throw new InputProblem(At(key), $"Longer than {maxLength} characters.");
        return text.Contains('\0') ? throw new InputProblem(At(key), "Contains a NUL character.") : text;
    }

    public int? OptionalNumber(string key, int least, int most)
    {
        if (!Has(key, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number))
            throw WrongType(key, "a whole number", value);
        return number >= least && number <= most ? number : throw new InputProblem(At(key), $"Must be from {least} to {most}.");
    }

    /// <summary>Keys <c>max_cost_usd</c> and <c>max_turns</c>.</summary>
    public Budget? OptionalBudget() => Budget.Of(OptionalAmount("max_cost_usd"), OptionalNumber("max_turns", 1, 1_000_000));

    private decimal? OptionalAmount(string key)
    {
        if (!Has(key, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out decimal amount))
            throw WrongType(key, "a number", value);
        return amount > 0 ? amount : throw new InputProblem(At(key), "Must be greater than 0.");
    }

    public bool? OptionalFlag(string key)
    {
        if (!Has(key, out JsonElement value))
            return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw WrongType(key, "true or false", value);
    }

    public IReadOnlyList<JsonBody>? OptionalObjects(string key)
    {
        if (!Has(key, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw WrongType(key, "a list", value);
        return [.. value.EnumerateArray().Select((item, i) => item.ValueKind == JsonValueKind.Object
            ? new JsonBody(item, $"{At(key)}[{i}]")
            : throw WrongType($"{key}[{i}]", "an object", item))];
    }

    public JsonBody? OptionalObject(string key)
    {
        if (!Has(key, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Object ? new JsonBody(value, At(key)) : throw WrongType(key, "an object", value);
    }

    public IReadOnlyList<string> RequiredTexts(string key)
    {
        if (!Has(key, out JsonElement value) || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0
            || value.EnumerateArray().Any(i => i.ValueKind != JsonValueKind.String || i.GetString()!.Contains('\0')))
            throw new InputProblem(At(key), "Must be a list of texts, at least one.");
        return [.. value.EnumerateArray().Select(i => i.GetString()!)];
    }

    public IReadOnlyList<string> OptionalTexts(string key) => Has(key, out _) ? RequiredTexts(key) : [];

    public IReadOnlyDictionary<string, string>? OptionalTextMap(string key)
    {
        if (OptionalObject(key) is not { } map)
            return null;
        return map.Keys().ToDictionary(k => k, k => map.OptionalText(k, 32_768) ?? "");
    }

    public string At(string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>The text of it all, to tell one request from another.</summary>
    public byte[] Canonical() => System.Text.Encoding.UTF8.GetBytes(element.GetRawText());

    // Halves of surrogate pairs and bytes that are no UTF-8 pass the parser and fail whoever reads the text.
    private static bool IsUnicode(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(p => p.Name is not null && IsUnicode(p.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(IsUnicode),
                JsonValueKind.String => value.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private IEnumerable<string> Keys() => element.EnumerateObject().Select(p => p.Name).Distinct();

    private bool Has(string key, out JsonElement value) => element.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null;

    private InputProblem WrongType(string key, string expected, JsonElement value) =>
        new(At(key), $"Must be {expected}, not {Describe(value)}.", StatusCodes.Status400BadRequest);

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
