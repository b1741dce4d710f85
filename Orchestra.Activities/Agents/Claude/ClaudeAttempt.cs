using System.Text.Json;
using Orchestra.Activities.Processes;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>What one process of the CLI showed of its doings.</summary>
internal sealed class ClaudeAttempt
{
    public int Lines { get; set; }

    /// <summary>Ids of the tool calls that the model asked for.</summary>
    public HashSet<string> ToolUses { get; } = [];

    /// <summary>Ids of the tool calls that were not permitted.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>Why the CLI could not write its own files, for example ENOSPC; the agent's files may be cut too.</summary>
    public string? WritesLost { get; set; }

    /// <summary>When a usage limit that was met ends.</summary>
    public DateTimeOffset? LimitResetsAt { get; set; }

    /// <summary>Hears failed tool calls.</summary>
    public ResourceAlarm Alarm { get; } = new();

    /// <summary>The last line that is no event, such as a message about a missing login.</summary>
    public string? PlainLine { get; set; }

    /// <summary>The last one: the CLI goes on after a result as long as background tasks run.</summary>
    public ClaudeResult? Result { get; set; }
}

/// <summary>The facts of a <c>result</c> event that decide the outcome.</summary>
/// <param name="IsError">True also for API failures, whose subtype is <c>success</c>.</param>
internal sealed record ClaudeResult(string Subtype, bool IsError, string? TerminalReason, long? ApiStatus, string? Message, decimal? RetryAfterSeconds = null)
{
    public static ClaudeResult Read(JsonElement e) => new(
        e.Text("subtype") ?? "",
        e.Truth("is_error"),
        e.Text("terminal_reason"),
        e.Number("api_error_status"),
        e.Text("result") ?? string.Join("; ", e.Items("errors").Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.AsText())),
        e.Amount("retry_after_seconds"));
}
