using System.Text.Json;
using System.Text.Json.Nodes;
using Anthropic.Exceptions;

namespace Orchestra.ApiAgent;

/// <summary>The API refused, did not answer or broke off.</summary>
/// <param name="status">Of HTTP; for an error in the middle of a stream the one that it stands for; null when there was no answer.</param>
/// <param name="retryAfter">When the API wants to be asked again.</param>
internal sealed class ApiFailure(string message, int? status, TimeSpan? retryAfter) : Exception(message)
{
    // Who must wait longer does not wait here: the run ends, and what started it knows until when.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(16);

    public int? Status { get; } = status;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>How long to wait before asking again; null when that would be in vain.</summary>
    /// <param name="attempt">From 1 on.</param>
    public TimeSpan? Delay(int attempt)
    {
        if (Status is not (null or 408 or 409 or 429 or >= 500)) return null;
        if (RetryAfter is { } asked) return asked <= LongestDelay ? asked : null;
        TimeSpan backoff = FirstDelay * Math.Pow(2, attempt - 1);
        return backoff < LongestBackoff ? backoff : LongestBackoff;
    }

    /// <summary>Null for what is no trouble with the API.</summary>
    public static ApiFailure? Of(Exception e, TimeSpan? retryAfter, int stallSeconds) => e switch
    {
        AnthropicApiException answer => new(MessageOf(answer), (int)answer.StatusCode, retryAfter),
        OperationCanceledException => new($"The API was silent for {stallSeconds} s.", null, null),
        AnthropicException or HttpRequestException or IOException or JsonException or InvalidOperationException =>
            new($"The API's answer was broken off: {e.Message}", StatusIn(e.Message), null),
        _ => null,
    };

    private static string MessageOf(AnthropicApiException e)
    {
        try
        {
            if ((string?)JsonNode.Parse(e.ResponseBody)?["error"]?["message"] is { Length: > 0 } message) return message;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // A proxy's page, not the API's answer.
        }
        return $"The API answered {(int)e.StatusCode}.";
    }

    // An error in the middle of a stream has a name but no status.
    private static int? StatusIn(string message) =>
        message.Contains("overloaded_error", StringComparison.Ordinal) ? 529 : message.Contains("rate_limit_error", StringComparison.Ordinal) ? 429 : null;
}
