using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <summary>
/// Runs a command exactly once to its end. A second call for the same run takes up what it finds: a result, an exit code,
/// a living process, or the remains of a crash.
/// </summary>
internal sealed class RunEngine(DataFolder data, TimeProvider time, ILogger<RunEngine> logger, IRunObserver? observer = null)
{
    private readonly KeyedLock runs = new();

    /// <summary>How long processes may take to end by themselves when a run is stopped.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    // After the agent has ended nobody waits for what it left behind, so this is short.
    private static readonly TimeSpan LeftoverGrace = TimeSpan.FromSeconds(1);

    private static readonly RunEnd NotStarted = new(RunStatus.Cancelled, null, "Cancelled before it started.", ByUs: true);

    /// <param name="prepare">Makes the working folder ready; called right before a start.</param>
    /// <param name="client">The program; null for one of which nothing is known.</param>
    /// <exception cref="OperationCanceledException">The host stops; the run was ended and is started again by the next call.</exception>
    public async Task<RunResult> RunAsync(RunRequest request, Func<RunBeginning, Task> prepare, CancellationToken cancellationToken, IRunClient? client = null)
    {
        client ??= new PlainClient(request.Argv, request.Input);
        using IDisposable _ = await runs.EnterAsync(request.RunId, cancellationToken);
        RunFolder folder = new(data.Run(request.RunId));
        if (folder.ReadResult(logger) is { } result) return result;

        ProcessTree tree = new(request.RunId, request.OwnsFolder ? request.WorkingFolder : null, time, logger);
        RunWatch watch = new(request, folder, tree, data, time, logger, observer, client) { Grace = Grace };
        if (folder.ReadStart() is { } start
            && await TakeUpAsync(request, folder, tree, watch, start, cancellationToken) is { } former
            && client.Read(folder, former) is { } reading)
            return Conclude(request, folder, start, reading);

        while (true)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (watch.IsCancelled())
                return Conclude(request, folder, now, client.Read(folder, folder.ReadStart() is null ? NotStarted : RunEnd.Stopped(RunStatus.Cancelled, request.Timeout))!);
            FormerAttempt? left = folder.ReadStart() is { } before ? new FormerAttempt(before, folder.ReadSession()) : null;
            RunStart next = client.Next(left);
            await prepare(left is null ? RunBeginning.First : next.Continues ? RunBeginning.Continued : RunBeginning.StartedOver);
            RunRequest attempt = request with { Argv = next.Argv, Input = next.Input, Environment = request.EnvironmentAtStart?.Invoke() ?? request.Environment };
            if (attempt.FindObstacle() is { } obstacle)
                return Conclude(request, folder, now, new RunReading(new RunEnd(RunStatus.Failed, obstacle.ExitCode, obstacle.Error), ""));
            if (request.StarterAtStart is { } starter) attempt = attempt with { Starter = await starter() };
            if (left is not null) await TellAsync(request, now, next.Continues, cancellationToken);
            RunEnd end = await StartAsync(attempt, next, folder, tree, watch, now, cancellationToken);
            if (client.Read(folder, end) is { } done) return Conclude(request, folder, now, done);
        }
    }

    /// <summary>
    /// Ends a run that nobody goes on with, because the orchestration that began it is gone. While this process watches the run, its mark ends it;
    /// what a former host left is looked for on disk.
    /// </summary>
    /// <returns>What it used; null when that was not told.</returns>
    public async Task<RunUsage?> EndAsync(string runId, CancellationToken cancellationToken)
    {
        await data.SetCancelMarkAsync(runId, cancellationToken);
        using IDisposable _ = await runs.EnterAsync(runId, cancellationToken);
        RunFolder folder = new(data.Run(runId));
        if (folder.ReadResult(logger) is { } result) return result.Usage;
        if (folder.ReadStart() is null) return null;
        ProcessIdentity? process = folder.ReadProcess();
        bool alive = process?.IsAlive() ?? false;
        if (folder.ReadEnding() is null && folder.ReadExitCode() is null) folder.WriteEnding(RunStatus.Cancelled.ToString());
        await new ProcessTree(runId, data.Worktree(runId), time, logger).EndAsync(alive ? process!.Pid : null, Grace);
        return null;
    }

    private async Task<RunEnd> StartAsync(
        RunRequest request, RunStart next, RunFolder folder, ProcessTree tree, RunWatch watch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (request.KeepsStreamsApart) folder.BringForward();
        string token = folder.Begin(request.Input, now, next.Session, next.Continues);
        Process process;
        try
        {
            process = Supervisor.Start(request, folder, token);
        }
        catch (Win32Exception e)
        {
            return new RunEnd(RunStatus.Failed, 126, $"The process could not be started: {e.Message}");
        }
        using (process)
        {
            Log.RunStarted(logger, request.RunId, process.Id, request.Argv[0]);
            try
            {
                return await watch.UntilEndAsync(process.Id, () => !process.HasExited, process.WaitForExitAsync(CancellationToken.None), now, cancellationToken);
            }
            finally
            {
                // Also when the watch fails, for example because the disk is full: nobody would look after the processes.
                await tree.EndAsync(process.Id, LeftoverGrace);
            }
        }
    }

    private async Task TellAsync(RunRequest request, DateTimeOffset now, bool continues, CancellationToken cancellationToken)
    {
        if (observer is null) return;
        try
        {
            await observer.BegunAgainAsync(request.SessionId ?? request.RunId, now, continues, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // As for its lines: work goes before the telling of it.
            Log.ObserverFailed(logger, e, request.RunId);
        }
    }

    /// <summary>What a former attempt, perhaps of a host that crashed, came to; null when the run must be started again.</summary>
    private async Task<RunEnd?> TakeUpAsync(
        RunRequest request, RunFolder folder, ProcessTree tree, RunWatch watch, DateTimeOffset start, CancellationToken cancellationToken)
    {
        ProcessIdentity? process = folder.ReadProcess();
        bool alive = process?.IsAlive() ?? false;
        string? ending = folder.ReadEnding();
        RunEnd? end = null;
        try
        {
            if (ending is null && folder.ReadExitCode() is { } code)
            {
                end = RunEnd.Exited(code);
            }
            else if (ending is null && alive)
            {
                Log.RunAdopted(logger, request.RunId, process!.Pid);
                // Not our child, so nothing but the liveness check tells of its end.
                end = await watch.UntilEndAsync(process.Pid, process.IsAlive, new TaskCompletionSource().Task, start, cancellationToken);
            }
            else if (Enum.TryParse(ending, out RunStatus status))
            {
                end = RunEnd.Stopped(status, request.Timeout, folder.ReadEndingReason());
            }
        }
        finally
        {
            await tree.EndAsync(alive ? process!.Pid : null, end is null ? Grace : LeftoverGrace);
        }
        if (end is null) Log.RunStartsOver(logger, request.RunId);
        return end;
    }

    private RunResult Conclude(RunRequest request, RunFolder folder, DateTimeOffset start, RunReading reading)
    {
        RunEnd end = reading.End;
        RunResult result = new(
            end.Status, end.ExitCode, reading.OutputTail, end.Error, start.UtcDateTime, time.GetUtcNow().UtcDateTime, reading.Usage, reading.Session, reading.Answer,
            ApiFailed: reading.ApiFailed, QuotaUntil: reading.QuotaUntil?.UtcDateTime, Turns: reading.Turns, ByUs: end.ByUs);
        if (end.Status == RunStatus.Quota && request.GoesOnAfterQuota) folder.WriteEnding(RunFolder.Abandoned);
        else folder.WriteResult(result);
        return result;
    }
}
