using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestra.ApiAgent;

/// <summary>How a session ended, in the words of a <c>result</c> event.</summary>
internal sealed record Outcome(string Subtype, string TerminalReason, bool IsError, string? Text, ApiFailure? Failure = null)
{
    public static Outcome Done(string text) => new("success", "completed", false, text);

    public static Outcome Unknown(string session) => Failed($"No conversation found with session ID: {session}");

    public static Outcome Failed(string why) => new("error_during_execution", "error", true, why);

    public static Outcome ApiError(ApiFailure failure) => new("success", "api_error", true, failure.Message, failure);

    public static Outcome MaxTurns(int turns) => new("error_max_turns", "max_turns", true, $"Reached maximum number of turns ({turns})");

    public static Outcome MaxBudget(decimal dollars) =>
        new("error_max_budget_usd", "budget_exhausted", true, string.Create(CultureInfo.InvariantCulture, $"Reached maximum budget (${dollars})"));

    public JsonObject ToEvent(string session, int turns, Spending spending, string model) => new()
    {
        ["type"] = "result",
        ["subtype"] = Subtype,
        ["is_error"] = IsError,
        ["terminal_reason"] = TerminalReason,
        ["api_error_status"] = Failure?.Status,
        ["retry_after_seconds"] = Failure?.RetryAfter?.TotalSeconds,
        ["result"] = Text,
        ["num_turns"] = turns,
        ["session_id"] = session,
        ["total_cost_usd"] = spending.Cost,
        // The figures are of the whole session, also of parts that a crash cut short.
        ["covers_session"] = true,
        ["modelUsage"] = new JsonObject
        {
            [model] = new JsonObject
            {
                ["inputTokens"] = spending.Input,
                ["outputTokens"] = spending.Output,
                ["cacheReadInputTokens"] = spending.CacheRead,
                ["cacheCreationInputTokens"] = spending.CacheWrite,
            },
        },
    };
}
