namespace Orchestra.DurableTask.Engine;

/// <summary>
/// Runs an orchestrator's continuations on the thread of its turn, in order. Anything that arrives from another thread shows
/// that the orchestrator awaited something that is not durable.
/// </summary>
internal sealed class Pump : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> queue = new();
    private readonly PumpScheduler scheduler;
    private int thread;

    public Pump()
    {
        scheduler = new PumpScheduler(this);
    }

    /// <summary>Called at most once, from the thread that trespassed.</summary>
    public Action? OnTrespass { get; set; }

    /// <summary>Told of an exception that no task holds: it escaped an async void method.</summary>
    public Action<Exception>? OnEscaped { get; set; }

    public bool Trespassed { get; private set; }

    public bool IsOwnThread => thread == Environment.CurrentManagedThreadId;

    /// <summary>Runs the action as the orchestrator's thread, then everything that it set going.</summary>
    public void Run(Action action)
    {
        SynchronizationContext? before = Current;
        thread = Environment.CurrentManagedThreadId;
        SetSynchronizationContext(this);
        try
        {
            RunScheduled(action);
            while (queue.TryDequeue(out var next))
                RunPosted(next.Callback, next.State);
        }
        finally
        {
            SetSynchronizationContext(before);
            thread = 0;
        }
    }

    /// <summary>Notes that code of the orchestrator ran where it must not.</summary>
    public void Trespass()
    {
        if (Trespassed)
            return;
        Trespassed = true;
        OnTrespass?.Invoke();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsOwnThread)
            queue.Enqueue((d, state));
        else
            Trespass();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (IsOwnThread)
            d(state);
        else
            throw new NotSupportedException();
    }

    public override SynchronizationContext CreateCopy() => this;

    private void RunPosted(SendOrPostCallback callback, object? state)
    {
        try
        {
            RunScheduled(() => callback(state));
        }
        catch (Exception error) when (OnEscaped is not null)
        {
            OnEscaped(error);
        }
    }

    /// <summary>Inside a task of our scheduler, ContinueWith and the like stay on this thread too.</summary>
    private void RunScheduled(Action action)
    {
        var task = new Task(action);
        task.RunSynchronously(scheduler);
        task.GetAwaiter().GetResult();
    }

    private sealed class PumpScheduler(Pump pump) : TaskScheduler
    {
        public override int MaximumConcurrencyLevel => 1;

        protected override void QueueTask(Task task) => pump.Post(_ => TryExecuteTask(task), null);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
            => pump.IsOwnThread && !taskWasPreviouslyQueued && TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
