using System.Text;
using System.Text.Json.Nodes;

namespace Orchestra.Functions.Tests;

/// <summary>Requests that nobody in their right mind would send, made from the OpenAPI document by chance.</summary>
internal sealed class FuzzInput(JsonObject document, string[] ids, string repository, int seed)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "null", "true", "0", "-1", "1e400", "99999999999999999999", "../../etc/passwd", "..%2f..", "%00", "%zz", "--upload-pack=touch /tmp/x", "$(id)", "`id`",
        "'; DROP TABLE rows; --", "<script>alert(1)</script>", "\u0000", "\u202e\u0301 ü 𝄞 日本", "\ud800", "\n\r\t", "/", "/proc/self", "/nowhere/at/all", "refs/heads/x..y",
        "20260101-000000-abcdef", "feature-dev", "command", "approve", "each", "completed", "2026-01-01", "phase_change",
    ];

    private readonly Random random = new(seed);
    private readonly (string Path, string Verb, JsonNode Operation)[] operations =
        [.. ((JsonObject)document["paths"]!).SelectMany(p => ((JsonObject)p.Value!).Select(o => (p.Key, o.Key.ToUpperInvariant(), o.Value!)))];

    public HttpRequestMessage Next()
    {
        if (Chance(5))
            return AlmostALaunch();
        (string path, string verb, JsonNode operation) = Pick(operations);
        if (Chance(5))
            verb = Pick(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"]);
        var request = new HttpRequestMessage(new HttpMethod(verb), Target(path, verb, operation));
        if (Chance(10))
            request.Headers.TryAddWithoutValidation(Pick(["Idempotency-Key", "If-None-Match", "Range", "Last-Event-ID", "x-functions-key"]), Escaped(AnyText()));
        if (verb is "POST" or "PUT" or "PATCH" or "DELETE" && !Chance(5))
            request.Content = Content(operation["requestBody"]?["content"]?["application/json"]?["schema"]);
        return request;
    }

    /// <summary>Right but for one thing, and sent with a key that others send too: nothing of it may stay.</summary>
    private HttpRequestMessage AlmostALaunch()
    {
        var launch = new JsonObject
        {
            ["project_name"] = "x",
            ["repo_path"] = repository,
            ["agents"] = new JsonArray(new JsonObject { ["team"] = "feature-dev", ["task"] = "true", ["command"] = new JsonObject { ["argv"] = new JsonArray("true") } }),
        };
        var agent = (JsonObject)launch["agents"]![0]!;
        switch (random.Next(8))
        {
            case 0: launch.Remove(Pick(["project_name", "repo_path", "agents"])); break;
            case 1: launch[Pick(["project_name", "repo_path"])] = new string('n', 300_000); break;
            case 2: launch[Pick(["project_name", "build_command", "gates", "client_mode"])] = random.Next(); break;
            case 3: launch["no_such_key"] = 1; break;
            case 4: agent["team"] = Pick(["nobody", "", "feature-dev ", "Feature-dev"]); break;
            case 5: agent["command"] = new JsonObject { ["argv"] = new JsonArray() }; break;
            case 6: agent["timeout_seconds"] = -random.Next(1, 9); break;
            default: launch["agents"] = new JsonArray([.. Enumerable.Range(0, 101).Select(_ => agent.DeepClone())]); break;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, "/api/gm/launch") { Content = new StringContent(launch.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", $"key-{random.Next(20)}");
        return request;
    }

    private Uri Target(string path, string verb, JsonNode operation)
    {
        // Else only reads may name what exists: nothing is to change.
        bool harmless = verb == "GET" || path.EndsWith("/cancel", StringComparison.Ordinal) || path.EndsWith("/retry", StringComparison.Ordinal) || path.EndsWith("/push", StringComparison.Ordinal);
        string id = harmless && Chance(50) ? Pick(ids) : Chance(10) ? new string('x', random.Next(1, 3000)) : AnyText();
        var target = new StringBuilder(path.Replace("{id}", Escaped(id), StringComparison.Ordinal)).Append('?');
        foreach (JsonNode? parameter in operation["parameters"]!.AsArray().Where(p => (string)p!["in"]! == "query"))
        {
            string name = (string)parameter!["name"]!;
            // Streams and waits are tested elsewhere; here they would only cost time.
            if (Chance(50) && name is not ("wait" or "follow"))
                target.Append(name).Append('=').Append(Escaped(Chance(50) ? $"{random.Next(-5, 1000)}" : AnyText())).Append('&');
        }

        return new Uri(target.ToString(), UriKind.Relative);
    }

    private ByteArrayContent Content(JsonNode? schema)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(schema is null || Chance(10) ? AnyJson(0) : Object(schema, 0));
        if (Chance(10) && bytes.Length > 0)
            bytes = bytes[..random.Next(bytes.Length)];
        if (Chance(5) && bytes.Length > 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", Chance(90) ? "application/json" : Pick(["text/plain", "application/xml", "multipart/form-data", "nonsense"]));
        return content;
    }

    private string Object(JsonNode schema, int depth)
    {
        var members = new List<string>();
        foreach ((string key, JsonNode? value) in (JsonObject?)schema["properties"] ?? [])
        {
            if (Chance(80))
                members.Add($"{Text(key)}:{Value(value!, depth)}");
            if (Chance(2))
                members.Add($"{Text(key)}:{AnyJson(depth)}");
        }

        if (Chance(5))
            members.Add($"{Text(AnyText())}:{AnyJson(depth)}");
        return $"{{{string.Join(',', members)}}}";
    }

    private string Value(JsonNode schema, int depth)
    {
        if (Chance(15))
            return AnyJson(depth);
        string type = schema["type"] is JsonArray types ? (string)types[0]! : (string?)schema["type"] ?? "string";
        return type switch
        {
            "object" => Object(schema, depth + 1),
            "array" => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(schema["items"]!, depth + 1)))}]",
            "integer" or "number" => $"{random.Next(-10, 100_000)}",
            "boolean" => Chance(50) ? "true" : "false",
            _ => Text(AnyText()),
        };
    }

    private string AnyJson(int depth) => random.Next(depth > 4 ? 6 : 10) switch
    {
        0 => "null",
        1 => "true",
        2 => $"{random.NextInt64()}",
        3 => "1.5e-7",
        4 or 5 => Text(AnyText()),
        6 => $"[{AnyJson(depth + 1)},{AnyJson(depth + 1)}]",
        7 => $"{{{Text(AnyText())}:{AnyJson(depth + 1)}}}",
        8 => new string('[', random.Next(1, 200)),
        _ => Text(new string('y', random.Next(1, 100_000))),
    };

    private string AnyText() => Chance(3) ? new string('z', random.Next(1, 5000)) : Pick(Texts);

    // Halves of pairs survive as escapes, which is how they reach a host.
    private static string Text(string text) =>
        "\"" + string.Concat(text.Select(c => c is '"' or '\\' || char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString())) + "\"";

    private static string Escaped(string text) => text.StartsWith('%') || text.Contains("%2f", StringComparison.Ordinal)
        ? text
        : string.Concat(Encoding.UTF8.GetBytes(text).Select(b => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' ? $"{(char)b}" : $"%{b:x2}"));

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private bool Chance(int percent) => random.Next(100) < percent;
}
