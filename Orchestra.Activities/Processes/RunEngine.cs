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

    /// <summary>When the run was last started; null when it never was.</summary>
    public DateTimeOffset? FormerStart(string runId) => new RunFolder(data.Run(runId)).ReadStart();

    /// <param name="prepare">Makes the working folder ready; called right before a start, with true when a former attempt had begun.</param>
    /// <exception cref="OperationCanceledException">The host stops; the run was ended and is started over by the next call.</exception>
    public async Task<RunResult> RunAsync(RunRequest request, Func<bool, Task> prepare, CancellationToken cancellationToken)
    {
        using IDisposable _ = await runs.EnterAsync(request.RunId, cancellationToken);
        RunFolder folder = new(data.Run(request.RunId));
        if (folder.ReadResult(logger) is { } result) return result;

        ProcessTree tree = new(request.RunId, request.WorkingFolder, time, logger);
        RunWatch watch = new(request, folder, tree, data, time, logger, observer) { Grace = Grace };
        DateTimeOffset? formerStart = folder.ReadStart();
        if (formerStart is { } start && await TakeUpAsync(request, folder, tree, watch, start, cancellationToken) is { } former)
            return Conclude(folder, start, former);

        DateTimeOffset now = time.GetUtcNow();
        if (watch.IsCancelled()) return Conclude(folder, now, new RunEnd(RunStatus.Cancelled, null, "Cancelled before it started."));
        await prepare(formerStart is not null);
        if (request.FindObstacle() is { } obstacle)
            return Conclude(folder, now, new RunEnd(RunStatus.Failed, obstacle.ExitCode, obstacle.Error));
        return Conclude(folder, now, await StartAsync(request, folder, tree, watch, now, cancellationToken));
    }

    private async Task<RunEnd> StartAsync(
        RunRequest request, RunFolder folder, ProcessTree tree, RunWatch watch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string token = folder.Begin(request.Input, now);
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
            RunEnd end = await watch.UntilEndAsync(process.Id, () => !process.HasExited, process.WaitForExitAsync(CancellationToken.None), now, cancellationToken);
            await tree.EndAsync(process.Id, LeftoverGrace);
            return end;
        }
    }

    /// <summary>What a former attempt, perhaps of a host that crashed, came to; null when the run must start over.</summary>
    private async Task<RunEnd?> TakeUpAsync(
        RunRequest request, RunFolder folder, ProcessTree tree, RunWatch watch, DateTimeOffset start, CancellationToken cancellationToken)
    {
        ProcessIdentity? process = folder.ReadProcess();
        bool alive = process?.IsAlive() ?? false;
        string? ending = folder.ReadEnding();
        RunEnd? end = null;
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
            end = RunEnd.Stopped(status, request.Timeout);
        }
        await tree.EndAsync(alive ? process!.Pid : null, end is null ? Grace : LeftoverGrace);
        if (end is null) Log.RunStartsOver(logger, request.RunId);
        return end;
    }

    private RunResult Conclude(RunFolder folder, DateTimeOffset start, RunEnd end)
    {
        RunResult result = new(end.Status, end.ExitCode, OutputTail.Read(folder.OutputFile), end.Error, start.UtcDateTime, time.GetUtcNow().UtcDateTime);
        folder.WriteResult(result);
        return result;
    }
}
