using System.Diagnostics;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>Runs activities, so many at once, and stores their results while their lease holds.</summary>
internal sealed class ActivityRunner : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<WorkItem> queue = new();
    private readonly HashSet<long> active = [];
    private readonly EmbeddedEngine engine;
    private readonly WorkerSetup setup;
    private readonly string owner;
    private readonly Func<string, bool> isLive;
    private readonly int limit;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private bool stopping;

    public ActivityRunner(EmbeddedEngine engine, WorkerSetup setup, string owner, Func<string, bool> isLive)
    {
        this.engine = engine;
        this.setup = setup;
        this.owner = owner;
        this.isLive = isLive;
        limit = Math.Max(1, engine.Options.MaxConcurrentActivities ?? setup.Options.Concurrency.MaximumConcurrentActivityWorkItems);
    }

    /// <summary>What has not ended, for instance because it does not heed its cancellation.</summary>
    public IReadOnlyCollection<long> Active
    {
        get
        {
            lock (gate)
                return [.. active];
        }
    }

    public int Queued
    {
        get
        {
            lock (gate)
                return queue.Count;
        }
    }

    public int Running => Volatile.Read(ref running);

    public void Add(WorkItem item)
    {
        lock (gate)
        {
            if (stopping)
                return;
            if (running >= limit)
            {
                queue.Enqueue(item);
                return;
            }

            running++;
        }

        Start(item);
    }

    /// <summary>Cancels what runs and waits for it; what does not heed the cancellation in time is left to its fate.</summary>
    public async ValueTask DisposeAsync()
    {
        bool any;
        lock (gate)
        {
            stopping = true;
            queue.Clear();
            any = running > 0;
        }

        await stop.CancelAsync().ConfigureAwait(false);
        if (any)
            await Task.WhenAny(idle.Task, Task.Delay(engine.Options.DrainTimeout)).ConfigureAwait(false);
    }

    private void Start(WorkItem item)
        => ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Runner.LoopAsync(state.Item), (Runner: this, Item: item), preferLocal: false);

    private async Task LoopAsync(WorkItem? item)
    {
        while (item is not null)
        {
            lock (gate)
                active.Add(item.Seq);
            await RunAsync(item).ConfigureAwait(false);
            lock (gate)
            {
                active.Remove(item.Seq);
                if (!queue.TryDequeue(out item))
                {
                    running--;
                    if (running == 0 && stopping)
                        idle.TrySetResult();
                }
            }
        }
    }

    private async Task RunAsync(WorkItem item)
    {
        try
        {
            WorkItem? ready = await PrepareAsync(item).ConfigureAwait(false);
            if (ready is null)
                return;
            item = ready;
            engine.Meters.Waited(item.Since);
            JournalEvent? result = item.Attempts > engine.Options.MaxAttempts
                ? Failed(item, new Failure("PoisonActivity", $"The activity '{item.Name}' could not be processed in {engine.Options.MaxAttempts} attempts.", NonRetriable: true))
                : await MeasuredAsync(item).ConfigureAwait(false);
            if (result is not null)
                await StoreAsync(item, result).ConfigureAwait(false);
        }
        catch (LeaseLostException)
        {
            Log.ResultFenced(engine.Logger, item.Name, item.TaskId, item.InstanceId);
        }
        catch (Exception error)
        {
            Log.ResultFailed(engine.Logger, error, item.Name, item.TaskId, item.InstanceId);
        }
    }

    /// <summary>What must be known before it may run; null: it need not run. A journal that cannot be used now is waited for.</summary>
    private async Task<WorkItem?> PrepareAsync(WorkItem item)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                // Work of an instance that has ended meanwhile need not be done.
                if (!isLive(item.InstanceId) && await HasEndedAsync(item).ConfigureAwait(false))
                    return null;
                if (item.Suspect)
                    item = item with { Attempts = await CountAttemptAsync(item).ConfigureAwait(false), Suspect = false };
                if (item is { Payload: { } payload, Input: null })
                    item = item with { Input = await LoadAsync(item, payload).ConfigureAwait(false) };
                return item;
            }
            catch (Exception error) when (error is not LeaseLostException and not ObjectDisposedException && !stop.IsCancellationRequested)
            {
                Log.WorkDelayed(engine.Logger, error, item.Name, item.TaskId, item.InstanceId);
                await PauseAsync(attempt).ConfigureAwait(false);
            }
        }
    }

    private async Task PauseAsync(int attempt)
        => await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5000, 25 * Math.Pow(2, attempt))), engine.Time, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);

    private async Task<JournalEvent?> MeasuredAsync(WorkItem item)
    {
        using Activity? span = Traces.Run(item);
        long start = Stopwatch.GetTimestamp();
        JournalEvent? result = await InvokeAsync(item).ConfigureAwait(false);
        if (result is not null)
            engine.Meters.Activity(item.Name, failed: result.Failure is not null, start);
        if (result?.Failure is { } failure)
            span.Failed(failure.Message);
        return result;
    }

    /// <summary>The result, or null when the activity gave up because the process is stopping: it will be run again.</summary>
    private async Task<JournalEvent?> InvokeAsync(WorkItem item)
    {
        try
        {
            AsyncServiceScope scope = setup.Services.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                if (!setup.Tasks.TryCreateActivity(new TaskName(item.Name), item.Version, scope.ServiceProvider, out ITaskActivity? activity))
                    return Failed(item, new Failure("ActivityTaskNotFound", $"No activity task named '{item.Name}' was found.", NonRetriable: true));

                var context = new EmbeddedTaskActivityContext(item.Name, item.Version, item.InstanceId, item.TaskId, item.Input, scope.ServiceProvider, stop.Token);
                object? input = activity is IRawTask ? item.Input : setup.Options.DataConverter.Deserialize(item.Input, activity.InputType);
                object? output = await activity.RunAsync(context, input).ConfigureAwait(false);
                return new JournalEvent
                {
                    Type = EventType.TaskCompleted,
                    Id = -1,
                    At = engine.Now,
                    TaskId = item.TaskId,
                    Data = output is RawResult raw ? raw.Json : setup.Options.DataConverter.Serialize(output),
                };
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error)
        {
            return Failed(item, FailedTaskException.Unwrap(error) ?? Failure.From(error, setup.PropertiesOf));
        }
    }

    private JournalEvent Failed(WorkItem item, Failure failure)
        => new() { Type = EventType.TaskFailed, Id = -1, At = engine.Now, TaskId = item.TaskId, Failure = failure };

    private async Task StoreAsync(WorkItem item, JournalEvent result)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await engine.Writer.Run((session, effects) =>
                {
                    HandOver handOver = TurnStore.CompleteWork(session, owner, item, result);
                    effects.Add(() => engine.Take(handOver));
                    return true;
                }).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (error is not LeaseLostException and not ObjectDisposedException && !stop.IsCancellationRequested)
            {
                // The work is done: storing its result again is better than doing it again.
                Log.ResultFailed(engine.Logger, error, item.Name, item.TaskId, item.InstanceId);
                await PauseAsync(attempt).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> HasEndedAsync(WorkItem item)
    {
        InstanceRow? row = await engine.ReadAsync(session => QueryStore.Find(session, item.InstanceId)).ConfigureAwait(false);
        return row is null || row.IsTerminal || row.ExecutionId != item.ExecutionId;
    }

    private async Task<string> LoadAsync(WorkItem item, long payload)
        => await engine.ReadAsync(session => PayloadStore.Load(session, item.InstanceId, payload)).ConfigureAwait(false) ?? throw new LeaseLostException("The activity is gone.");

    private Task<int> CountAttemptAsync(WorkItem item) => engine.Writer.Run((session, _) =>
    {
        object? attempts = session.Scalar("UPDATE work SET attempts = attempts + 1 WHERE seq = ?1 AND owner = ?2 RETURNING attempts", item.Seq, owner);
        return Convert.ToInt32(attempts ?? throw new LeaseLostException("The activity is gone."), System.Globalization.CultureInfo.InvariantCulture);
    });
}

/// <summary>Lets a host's invoker report a failure that it has described itself.</summary>
internal sealed class FailedTaskException(Failure failure) : Exception(failure.Message)
{
    public static Failure? Unwrap(Exception error) => (error as FailedTaskException)?.Failure;

    public Failure Failure => failure;
}
