using Orchestra.Activities.Agents.Claude;

namespace Orchestra.Activities.Tests.Runs;

public sealed class ClaudeResetTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-03-10T12:00:00Z");

    [Theory]
    [InlineData("You've hit your limit · resets 3pm (UTC)", "2026-03-10T15:00:00Z")]
    [InlineData("You've hit your limit · resets 3:30pm (Europe/Berlin)", "2026-03-10T14:30:00Z")]
    [InlineData("5-hour limit reached ∙ resets 11am (UTC)", "2026-03-11T11:00:00Z")]
    [InlineData("weekly limit reached ∙ resets Mar 14, 9am (UTC)", "2026-03-14T09:00:00Z")]
    [InlineData("Claude AI usage limit reached|1773154800", "2026-03-10T15:00:00Z")]
    [InlineData("limit reached, resets at 18:15 (UTC)", "2026-03-10T18:15:00Z")]
    [InlineData("Claude AI usage limit reached|1573154800", null)]
    [InlineData("resets 25pm (UTC)", null)]
    [InlineData("resets 3pm (Middle/Earth)", null)]
    [InlineData("Too many requests", null)]
    public void The_end_of_a_limit_is_read_from_words(string message, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected), ClaudeReset.Of(Attempt(message), At));

    [Fact]
    public void What_is_told_in_figures_goes_before_words()
    {
        ClaudeTranscript transcript = new(_ => null);
        transcript.Add("""{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1773150000}}"""u8);
        transcript.Add("""{"type":"result","subtype":"success","is_error":true,"result":"resets 3pm (UTC)"}"""u8);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1773150000), ClaudeReset.Of(transcript.Attempt, At));

        transcript.Add("""{"type":"result","subtype":"success","is_error":true,"result":"resets 3pm (UTC)","retry_after_seconds":90}"""u8);
        Assert.Equal(At.AddSeconds(90), ClaudeReset.Of(transcript.Attempt, At));
    }

    private static ClaudeAttempt Attempt(string message) => new() { Result = new ClaudeResult("success", true, "api_error", null, message) };
}
