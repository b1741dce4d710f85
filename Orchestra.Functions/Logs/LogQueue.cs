using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Orchestra.Functions.Logs;

/// <summary>A line of our log on its way to the event log.</summary>
internal sealed record LogLine(DateTime Timestamp, LogLevel Level, string Message, string Source);

/// <summary>
/// Takes what is logged and never makes the one who logs wait: a bounded queue that drops the oldest. Our own categories from Information on,
/// the framework's from Warning on, whatever the console shows.
/// </summary>
internal sealed class LogQueue(TimeProvider time) : ILoggerProvider
{
    private const int Bound = 2000;
    private const int LongestMessage = 4096;
    private static readonly string[] Foreign = ["Microsoft.", "System.", "Azure."];

    private readonly Channel<LogLine> lines =
        Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Bound) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public ChannelReader<LogLine> Lines => lines.Reader;

    public ILogger CreateLogger(string categoryName) =>
        new QueueLogger(this, categoryName, Foreign.Any(f => categoryName.StartsWith(f, StringComparison.Ordinal)) ? LogLevel.Warning : LogLevel.Information);

    public void Dispose() => lines.Writer.TryComplete();

    private void Add(LogLevel level, string message, string source) =>
        lines.Writer.TryWrite(new LogLine(
            time.GetUtcNow().UtcDateTime, level, message.Length > LongestMessage ? message[..LongestMessage] + "…" : message, source));

    private sealed class QueueLogger(LogQueue queue, string category, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            string message = formatter(state, exception);
            queue.Add(logLevel, exception is null ? message : $"{message} {exception.GetType().Name}: {exception.Message}", category);
        }
    }
}
