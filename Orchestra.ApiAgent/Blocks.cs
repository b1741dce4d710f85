using System.Text.Json.Nodes;

namespace Orchestra.ApiAgent;

/// <summary>Content blocks of messages.</summary>
internal static class Blocks
{
    public static IEnumerable<JsonObject> Of(JsonObject message) => message["content"] is JsonArray content ? content.OfType<JsonObject>() : [];

    public static JsonObject User(params IEnumerable<JsonNode> content) => new() { ["role"] = "user", ["content"] = new JsonArray([.. content]) };

    public static JsonObject Text(string text) => new() { ["type"] = "text", ["text"] = text };

    public static JsonObject ToolResult(string id, string content, bool isError) => new()
    {
        ["type"] = "tool_result",
        ["tool_use_id"] = id,
        ["content"] = content,
        ["is_error"] = isError,
    };

    /// <summary>What was said, without tool calls.</summary>
    public static string TextOf(JsonObject message) => string.Join("\n", Of(message).Where(b => (string?)b["type"] == "text").Select(b => (string?)b["text"]));
}
