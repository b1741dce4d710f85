using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Output;

namespace Orchestra.Functions.Logs;

/// <summary>Writes the queue's lines to the event log, many in one batch, secrets masked.</summary>
internal sealed class LogRecorder(LogQueue queue, EventLog log, Redactor redactor) : BackgroundService
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
        var batch = new List<NewEvent>();
        while (batch.Count < MostAtOnce && queue.Lines.TryRead(out LogLine? line))
            batch.Add(Event(line));
        try
        {
            await log.AppendAsync(batch, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The console has these lines too; to log this one here would go round in circles.
        }
    }

    private NewEvent Event(LogLine line)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"{process}-{++count}");
        return NewEvent.Of($"log/{id}", EventChannels.Logs, EventTypes.Log, null, null, null, line.Timestamp, new
        {
            Id = id,
            line.Timestamp,
            Level = Name(line.Level),
            Message = redactor.Redact(line.Message),
            line.Source,
        });
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "debug",
    };
}
