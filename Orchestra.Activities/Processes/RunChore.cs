using Microsoft.Extensions.Logging;

namespace Orchestra.Activities.Processes;

/// <summary>Something that is done again and again while a run goes on.</summary>
internal sealed record RunChore(TimeSpan Every, Func<CancellationToken, Task> DoAsync);

/// <summary>Does a chore when it is due, beside the watch over the run, which must not wait for it.</summary>
internal sealed class ChoreKeeper(RunChore? chore, string runId, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource ended = new();
    private DateTimeOffset last = time.GetUtcNow();
    private Task current = Task.CompletedTask;

    public void DoWhenDue()
    {
        if (chore is null || !current.IsCompleted || time.GetUtcNow() - last < chore.Every) return;
        last = time.GetUtcNow();
        current = Task.Run(DoAsync, CancellationToken.None);
    }

    /// <summary>The run has ended: whoever comes next must not meet the chore.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await current;
        ended.Dispose();
    }

    private async Task DoAsync()
    {
        try
        {
            await chore!.DoAsync(ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Its time is over.
        }
        catch (Exception e)
        {
            // The agent's work goes on without it; the next turn may go better.
            Log.ChoreFailed(logger, e, runId);
        }
    }
}
