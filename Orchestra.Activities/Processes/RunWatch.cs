using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <summary>Waits for the end of a run's process and brings it about when time is up, the run is cancelled or the host stops.</summary>
internal sealed class RunWatch(
    RunRequest request, RunFolder folder, ProcessTree tree, DataFolder data, TimeProvider time, ILogger logger, IRunObserver? observer, IRunClient client)
{
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan PollAtWork = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private DateTimeOffset lastLooked = DateTimeOffset.MinValue;
    private string? lastLine;
    private bool outputFails;

    public required TimeSpan Grace { get; init; }

    /// <summary>Whether the run, its session or its project is to be cancelled.</summary>
    public bool IsCancelled() => data.IsCancelled(request.RunId, request.SessionId, request.ProjectId);

    /// <param name="exited">Completes at once when a child of ours ends; an adopted process is only seen by polling.</param>
    public async Task<RunEnd> UntilEndAsync(
        int pid, Func<bool> isAlive, Task exited, DateTimeOffset start, CancellationToken cancellationToken)
    {
        await using ChoreKeeper chore = new(request.Chore, request.RunId, time, logger);
        for (TimeSpan poll = ShortestPoll; ; poll = poll * 1.5 < LongestPoll ? poll * 1.5 : LongestPoll)
        {
            // In this order: the supervisor writes the exit code before it ends.
            bool alive = isAlive();
            if (folder.ReadExitCode() is { } code) return RunEnd.Exited(code);
            if (!alive) return RunEnd.Killed;
            if (cancellationToken.IsCancellationRequested)
            {
                await StopAsync(pid, RunFolder.Abandoned);
                throw new OperationCanceledException("The host stops; the run starts over later.", cancellationToken);
            }
            if (IsCancelled()) return await StopAsync(pid, RunStatus.Cancelled);
            if (time.GetUtcNow() - start >= request.Timeout) return await StopAsync(pid, RunStatus.TimedOut);
            chore.DoWhenDue();
            // Often while it prints: what comes on two streams is put in the order in which it is found.
            if (Follow() && poll > PollAtWork) poll = PollAtWork;
            if (IsTimeToLook())
            {
                if (request.Guard?.Invoke() is { } end)
                {
                    await StopAsync(pid, end.Status == RunStatus.Quota ? RunFolder.Abandoned : end.Status.ToString(), end.Error);
                    return end;
                }
                if (client.Alarm(folder) is { } alarm) return await StopAsync(pid, RunStatus.Failed, alarm);
                await ObserveAsync(cancellationToken);
            }
            await Task.WhenAny(exited, Task.Delay(poll, time, cancellationToken));
        }
    }

    private bool Follow()
    {
        try
        {
            bool more = client.Follow(folder);
            outputFails = false;
            return more;
        }
        catch (IOException e)
        {
            // A full disk may have room again, and what the run printed is kept until then.
            if (!outputFails) Log.OutputNotWritten(logger, e, request.RunId);
            outputFails = true;
            return false;
        }
    }

    private async Task<RunEnd> StopAsync(int pid, RunStatus status, string? reason = null)
    {
        await StopAsync(pid, status.ToString(), reason);
        return RunEnd.Stopped(status, request.Timeout, reason);
    }

    private async Task StopAsync(int pid, string ending, string? reason = null)
    {
        // Written first: after a crash in between, the agent's exit by our signal must not pass for its own.
        folder.WriteEnding(ending, reason);
        Log.RunStopped(logger, request.RunId, reason ?? ending);
        await tree.EndAsync(pid, Grace);
    }

    private bool IsTimeToLook()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now - lastLooked < LookEvery) return false;
        lastLooked = now;
        return true;
    }

    private async Task ObserveAsync(CancellationToken cancellationToken)
    {
        if (observer is null) return;
        string? line = client.LastLine(folder);
        if (line is null || line == lastLine) return;
        lastLine = line;
        try
        {
            await observer.LastLineAsync(request.SessionId ?? request.RunId, line, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A progress display that fails must not end an agent's work.
            Log.ObserverFailed(logger, e, request.RunId);
        }
        catch (OperationCanceledException)
        {
            // The loop sees the token next and ends the run in order.
        }
    }
}
