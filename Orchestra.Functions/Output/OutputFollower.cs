using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Output;

namespace Orchestra.Functions.Output;

/// <summary>Lets the recorder look at running sessions several times a second.</summary>
internal sealed class OutputFollower(OutputRecorder recorder, ILogger<OutputFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            await recorder.TakeUpAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The next process goes on from the marks.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await recorder.LookAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A busy disk passes; nothing is lost meanwhile but time.
            Log.OutputNotRecorded(logger, e);
        }
    }
}
