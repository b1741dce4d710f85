namespace Orchestra.Dashboard.Live;

/// <summary>One reading at a time, and only a few a second: whatever asks meanwhile is answered by one more. For one circuit's own thread.</summary>
public sealed class MergedReading(Func<Task> read, TimeProvider time)
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(250);
    private long? last;
    private bool running, again;

    /// <summary>Ends when nobody asks any more, at once when somebody else's asking is being answered.</summary>
    public async Task AskAsync(CancellationToken stop)
    {
        again = true;
        if (running)
            return;
        running = true;
        try
        {
            while (again)
            {
                if (last is { } before && Breath - time.GetElapsedTime(before) is var rest && rest > TimeSpan.Zero)
                    await Task.Delay(rest, time, stop);
                again = false;
                await read();
                last = time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The page was left.
        }
        finally
        {
            running = false;
        }
    }
}
