using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>Writes events as the CLI does; only the keys that matter to a reader are filled.</summary>
internal static class ClaudeStream
{
    public const string Session = "0b4f9a52-53f0-4c1e-9a53-6f5de2c5a001";

    public static string Init() => """{"type":"system","subtype":"init","cwd":"/repo","session_id":"S","model":"claude-sonnet-4-5","permissionMode":"acceptEdits"}""".Replace("\"S\"", $"\"{Session}\"");

    public static string Text(string text, string id = "msg_1") => Assistant(id, new { type = "text", text });

    public static string Tool(string id, string name, object input, string message = "msg_1") => Assistant(message, new { type = "tool_use", id, name, input });

    public static string ToolResult(string id, string content, bool isError = false) => Write(new
    {
        type = "user",
        message = new { role = "user", content = new[] { new { tool_use_id = id, type = "tool_result", content, is_error = isError } } },
        parent_tool_use_id = (string?)null,
        session_id = Session,
    });

    public static string System(string subtype, object more) => Merge(new { type = "system", subtype, session_id = Session }, more);

    /// <summary>The type comes late, as it does in the CLI's own results.</summary>
    public static string Result(object more, string session = Session, double cost = 0.02, int input = 2000, int output = 100) => Merge(
        new
        {
            duration_api_ms = 10,
            session_id = session,
            total_cost_usd = cost,
            usage = new { input_tokens = 7, output_tokens = 7 },
            modelUsage = new Dictionary<string, object>
            {
                ["claude-sonnet-4-5"] = new { inputTokens = input, outputTokens = output, cacheReadInputTokens = 0, cacheCreationInputTokens = 0, costUSD = cost },
            },
            permission_denials = Array.Empty<object>(),
            terminal_reason = "completed",
            is_error = false,
            subtype = "success",
            type = "result",
        },
        more);

    private static string Assistant(string id, object block) => Write(new
    {
        type = "assistant",
        message = new
        {
            id,
            type = "message",
            role = "assistant",
            model = "claude-sonnet-4-5",
            content = new[] { block },
            usage = new { input_tokens = 1000, cache_creation_input_tokens = 20, cache_read_input_tokens = 300, output_tokens = 1 },
        },
        session_id = Session,
    });

    private static string Merge(object one, object more)
    {
        JsonObject all = JsonSerializer.SerializeToNode(one)!.AsObject();
        foreach ((string key, JsonNode? value) in JsonSerializer.SerializeToNode(more)!.AsObject()) all[key] = value?.DeepClone();
        return all.ToJsonString();
    }

    private static string Write(object value) => JsonSerializer.Serialize(value);
}
