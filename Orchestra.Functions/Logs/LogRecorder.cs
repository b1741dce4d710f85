using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.Core.Events;
using Orchestra.Core.Logs;
using Orchestra.Core.Output;

namespace Orchestra.Functions.Logs;

/// <summary>Writes the queue's lines to the log and tells them as events, many in one batch, secrets masked.</summary>
internal sealed class LogRecorder(LogQueue queue, LogStore store, EventLog events, Redactor redactor) : BackgroundService
{
    private const int MostAtOnce = 200;

    // Keys need only be unlike any other process's: a line is written once, not repeated by anybody.
    private readonly string process = Guid.NewGuid().ToString("N");
    private long count;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await queue.Lines.WaitToReadAsync(stoppingToken))
                await WriteAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // What was logged until here is written below.
        }

        while (queue.Lines.TryPeek(out _))
            await WriteAsync(CancellationToken.None);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var batch = new List<LogRecord>();
        while (batch.Count < MostAtOnce && queue.Lines.TryRead(out LogLine? line))
            batch.Add(Record(line));
        try
        {
            await store.AddAsync(batch, cancellationToken);
            await events.AppendAsync([.. batch.Select(Event)], cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The console has these lines too; to log this one here would go round in circles.
        }
    }

    private LogRecord Record(LogLine line) => new(
        string.Create(CultureInfo.InvariantCulture, $"{process}-{++count:D10}"), line.Timestamp, Name(line.Level), redactor.Redact(line.Message), line.Source);

    private static NewEvent Event(LogRecord line) =>
        NewEvent.Of($"log/{line.Id}", EventChannels.Logs, EventTypes.Log, null, null, null, line.Timestamp, line);

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Information => LogLevels.Info,
        LogLevel.Warning => LogLevels.Warning,
        LogLevel.Error => LogLevels.Error,
        LogLevel.Critical => LogLevels.Critical,
        _ => LogLevels.Debug,
    };
}
