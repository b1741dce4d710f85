using System.Text.RegularExpressions;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>How a run of the CLI ended, by evidence: its exit code alone is 0 after an interrupt, denied tools and a full disk.</summary>
internal static partial class ClaudeVerdict
{
    private const int LongestReason = 1000;

    /// <param name="complaint">The last line on standard error.</param>
    public static RunEnd On(RunEnd end, ClaudeAttempt attempt, string? complaint)
    {
        // We ended it ourselves and know why.
        if (end.ByUs) return end;
        if (attempt.Result is not { } result) return WithoutResult(end, attempt, complaint);
        if (result.Subtype is "error_max_budget_usd" or "error_max_turns" || result.TerminalReason is "budget_exhausted" or "max_turns")
            return Ended(end, RunStatus.BudgetExceeded, result.Message is { Length: > 0 } limit ? limit : $"A limit was reached: {result.Subtype}.");
        if (result.IsError)
        {
            bool quota = result.ApiStatus is 429 or 529 || (result.Message is { } message && UsageLimit().IsMatch(message));
            return Ended(end, quota ? RunStatus.Quota : RunStatus.Failed, result.Message is { Length: > 0 } text ? text : $"The client reported {result.Subtype}.");
        }
        if (attempt.WritesLost is { } cause)
            return Ended(end, RunStatus.Failed, $"The client could not write its files ({cause}); what the agent wrote may be incomplete.");
        if (attempt.ToolUses.Count > 0 && attempt.ToolUses.IsSubsetOf(attempt.Denied))
        {
            return Ended(end, RunStatus.Failed,
                "Every tool call of the agent was denied. Allow its tools under client.claude_code.allowed_tools, or choose another permission_mode.");
        }
        return end;
    }

    /// <summary>The session to go on with was never written, or is lost with the CLI's own folder.</summary>
    public static bool IsUnknownSession(RunEnd verdict) =>
        verdict.Status == RunStatus.Failed && verdict.Error?.Contains("No conversation found", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The CLI has a session of that id, though we know of no attempt: our own record of it is lost.</summary>
    public static bool IsTakenSession(RunEnd verdict) =>
        verdict.Status == RunStatus.Failed && verdict.Error is { } error && TakenSession().IsMatch(error);

    /// <summary>Not the agent's failure, but its model could not be reached or would not answer.</summary>
    public static bool IsApiFailure(RunEnd verdict, ClaudeAttempt attempt) =>
        verdict.Status == RunStatus.Quota || (verdict.Status == RunStatus.Failed && !verdict.ByUs && attempt.Result?.TerminalReason == "api_error");

    private static RunEnd WithoutResult(RunEnd end, ClaudeAttempt attempt, string? complaint)
    {
        string how = end.Error ?? "exit code 0";
        string? said = attempt.PlainLine ?? complaint;
        return Ended(end, RunStatus.Failed, (attempt.Lines, said) switch
        {
            (0, null) => $"The client printed nothing ({how}).",
            (_, null) => $"The client ended without a result ({how}).",
            _ => $"The client ended without a result ({how}): {said}",
        });
    }

    private static RunEnd Ended(RunEnd end, RunStatus status, string reason) =>
        end with { Status = status, Error = reason.Length <= LongestReason ? reason : reason[..LongestReason] };

    // As the CLI words it for subscriptions and for accounts without credit.
    [GeneratedRegex(@"\b(usage|session|weekly|hour|rate) limit|hit your (\w+ )?limit|limit reached|credit balance is too low|out of (extra )?usage", RegexOptions.IgnoreCase)]
    private static partial Regex UsageLimit();

    [GeneratedRegex("Session ID .{1,60} is already in use", RegexOptions.IgnoreCase)]
    private static partial Regex TakenSession();
}
