using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestra.ApiAgent.Tools;

/// <summary>A tool call that cannot be done; the model is told why and goes on.</summary>
internal sealed class ToolProblem(string message) : Exception(message);

/// <summary>Carries out the model's tool calls. Whatever goes wrong is the model's to know, never the end of the run.</summary>
/// <param name="shell">Null: the model may run no commands.</param>
internal sealed class ToolBox(BashShell? shell, TextEditor editor)
{
    public async Task<JsonObject> RunAsync(JsonObject call)
    {
        string id = (string)call["id"]!;
        try
        {
            JsonObject input = call["input"] as JsonObject ?? [];
            (string content, bool isError) = (string?)call["name"] switch
            {
                "bash" when shell is not null => await shell.RunAsync(new ToolInput(input)),
                "str_replace_based_edit_tool" => (editor.Run(new ToolInput(input)), false),
                string other => throw new ToolProblem($"There is no tool '{other}'."),
                null => throw new ToolProblem("The call names no tool."),
            };
            return Blocks.ToolResult(id, content.Length > 0 ? content : "(no output)", isError);
        }
        catch (Exception e) when (e is ToolProblem or IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return Blocks.ToolResult(id, e.Message, isError: true);
        }
    }
}

/// <summary>The input of a call, as a model wrote it.</summary>
internal sealed class ToolInput(JsonObject input)
{
    public string Text(string key) => OptionalText(key) ?? throw new ToolProblem($"'{key}' is missing; it must be a text.");

    public string? OptionalText(string key) => input[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public bool Flag(string key) => input[key] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public int Number(string key) => input[key] is JsonValue value && value.TryGetValue(out int number) ? number : throw new ToolProblem($"'{key}' is missing; it must be a whole number.");

    public IReadOnlyList<int>? OptionalNumbers(string key) => input[key] is JsonArray list
        ? [.. list.Select(i => i is JsonValue value && value.TryGetValue(out int number) ? number : throw new ToolProblem($"'{key}' must be whole numbers."))]
        : null;
}
