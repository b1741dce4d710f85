using System.Text.Json;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>A tool call in one line.</summary>
internal static class ClaudeToolUse
{
    private const int Longest = 200;

    // What a person wants to know of a call, the most telling first.
    private static readonly string[] TellingKeys = ["file_path", "command", "notebook_path", "pattern", "path", "url", "query", "description", "prompt"];

    public static string Describe(JsonElement block)
    {
        JsonElement input = block.Object("input");
        string? detail = TellingKeys.Select(key => input.Text(key)).FirstOrDefault(t => !string.IsNullOrWhiteSpace(t));
        string name = block.Text("name") ?? "tool";
        return detail is null ? $"[{name}]" : $"[{name}] {FirstLine(detail)}";
    }

    public static string FirstLine(string text)
    {
        string line = text.AsSpan().Trim().ToString().Split('\n', 2)[0].TrimEnd();
        return line.Length <= Longest ? line : line[..Longest] + "…";
    }
}
