namespace Orchestra.Core.Logs;

/// <summary>Which lines of the log somebody wants to see; null leaves a part out.</summary>
/// <param name="Level">Exactly this level.</param>
/// <param name="MinLevel">This level or worse.</param>
/// <param name="Text">Contained in the message or the source, in whatever case.</param>
public sealed record LogFilter(string? Level = null, string? MinLevel = null, string? Text = null, DateTime? Since = null)
{
    public IEnumerable<string> Levels => LogLevels.All
        .SkipWhile(l => MinLevel is not null && l != MinLevel)
        .Where(l => Level is null || l == Level);

    public bool HasText(string message, string source) =>
        Text is null || message.Contains(Text, StringComparison.OrdinalIgnoreCase) || source.Contains(Text, StringComparison.OrdinalIgnoreCase);

    public bool Matches(string level, string message, string source) => Levels.Contains(level) && HasText(message, source);
}

/// <param name="Next">Where the next page goes on; null when there is nothing older.</param>
public sealed record LogPage(IReadOnlyList<LogRecord> Lines, string? Next);
