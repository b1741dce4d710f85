using System.Collections.Concurrent;
using DurableTask.Core.History;
using Microsoft.Extensions.Logging;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>Gives messages to instances and runs their turns: one at a time for each, many at once in all.</summary>
internal sealed class Dispatcher : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Slot> slots = new(StringComparer.Ordinal);
    private readonly EmbeddedEngine engine;
    private readonly string owner;
    private readonly TurnRunner turns;
    private readonly TimerQueue timers;
    private readonly SemaphoreSlim limit;
    private readonly ILogger logger;
    private int running;
    private volatile bool stopping;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Dispatcher(EmbeddedEngine engine, WorkerSetup setup, string owner)
    {
        this.engine = engine;
        this.owner = owner;
        logger = engine.Logger;
        timers = new TimerQueue(engine.Time, Deliver);
        limit = new SemaphoreSlim(Math.Max(1, engine.Options.MaxConcurrentOrchestrations ?? setup.Options.Concurrency.MaximumConcurrentOrchestrationWorkItems));
        turns = new TurnRunner(engine, setup, owner, new WarmList(Math.Max(1, engine.Options.MaxWarmInstances)), Wake);
    }

    /// <summary>Takes charge of an instance that this process has leased.</summary>
    public void Adopt(string instanceId, long epoch, bool suspect)
    {
        var slot = new Slot(instanceId, epoch) { Suspect = suspect };
        if (slots.TryGetValue(instanceId, out Slot? old) && old.Epoch != epoch)
            Close(old);
        slots[instanceId] = slot;
    }

    public int Instances => slots.Count;

    public int Turns => Volatile.Read(ref running);

    public bool Owns(string instanceId) => slots.ContainsKey(instanceId);

    /// <summary>Forgets an instance whose row is gone.</summary>
    public void Forget(string instanceId)
    {
        if (slots.TryGetValue(instanceId, out Slot? slot))
            Close(slot);
    }

    /// <summary>Hands a message over; one that is not yet due waits in the timer queue.</summary>
    public void Deliver(Message message)
    {
        if (stopping || !slots.TryGetValue(message.InstanceId, out Slot? slot))
            return;
        if (message.VisibleAt > engine.Now)
        {
            timers.Add(message);
            return;
        }

        lock (slot.Gate)
        {
            if (slot.Closed)
                return;
            slot.Add(message);
            if (slot.Busy)
                return;
            slot.Busy = true;
        }

        Start(slot);
    }

    public async ValueTask DisposeAsync()
    {
        stopping = true;
        await stop.CancelAsync().ConfigureAwait(false);
        timers.Dispose();
        if (Volatile.Read(ref running) > 0)
            await idle.Task.ConfigureAwait(false);
        stop.Dispose();
        foreach (Slot slot in slots.Values)
            Close(slot);
    }

    private void Start(Slot slot)
    {
        Interlocked.Increment(ref running);
        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Dispatcher.RunAsync(state.Slot), (Dispatcher: this, Slot: slot), preferLocal: false);
    }

    private async Task RunAsync(Slot slot)
    {
        try
        {
            TurnNext next = TurnNext.More;
            while (next.Goes && !stopping)
            {
                await limit.WaitAsync().ConfigureAwait(false);
                try
                {
                    next = await TurnAsync(slot).ConfigureAwait(false);
                }
                finally
                {
                    limit.Release();
                }

                // Outside the limit: instances that cannot go on must not keep others from it.
                if (next.Pause > TimeSpan.Zero)
                    await Task.Delay(next.Pause, engine.Time, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
            }
        }
        finally
        {
            if (Interlocked.Decrement(ref running) == 0 && stopping)
                idle.TrySetResult();
        }
    }

    private async Task<TurnNext> TurnAsync(Slot slot)
    {
        List<Message> batch;
        lock (slot.Gate)
        {
            batch = slot.Pending;
            slot.Pending = [];
        }

        try
        {
            TurnEnd end = await turns.RunAsync(slot, batch).ConfigureAwait(false);
            slot.Failures = slot.Pauses = 0;
            if (end == TurnEnd.Closed)
                Close(slot);
            return Continue(slot, end == TurnEnd.Waiting ? batch : []) ? TurnNext.More : TurnNext.None;
        }
        catch (LeaseLostException)
        {
            Log.TurnFenced(logger, slot.InstanceId);
            Close(slot);
            return TurnNext.None;
        }
        catch (VersionRejectedException rejected)
        {
            Log.TurnRejected(logger, slot.InstanceId, rejected.Message);
            turns.Cool(slot);
            return await GiveUpAsync(slot).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            turns.Cool(slot);
            if (stopping)
                return TurnNext.None;

            // A full or broken disk is not the instance's doing: it does not count and is tried for as long as it takes.
            if (error is not IOException)
                slot.Failures++;
            Log.TurnFailed(logger, error, slot.InstanceId, slot.Failures);
            lock (slot.Gate)
                slot.Pending.InsertRange(0, batch);
            return Again(slot);
        }
    }

    private static TurnNext Again(Slot slot) => new(Goes: true, TimeSpan.FromMilliseconds(Math.Min(5000, 25 * Math.Pow(2, ++slot.Pauses))));

    /// <summary>Leaves the instance to whoever can run it; its messages are in the journal.</summary>
    private async Task<TurnNext> GiveUpAsync(Slot slot)
    {
        try
        {
            await engine.Writer.Run((session, effects) =>
            {
                LeaseStore.ReleaseInstance(session, owner, slot.InstanceId, slot.Epoch);
                effects.Add(() => Close(slot));
                return true;
            }).ConfigureAwait(false);
            return TurnNext.None;
        }
        catch (IOException error)
        {
            Log.TurnFailed(logger, error, slot.InstanceId, slot.Failures);
            return Again(slot);
        }
    }

    /// <summary>What comes after a turn: another one, for messages came in meanwhile or it must be tried again after a pause, or none.</summary>
    private readonly record struct TurnNext(bool Goes, TimeSpan Pause = default)
    {
        public static readonly TurnNext More = new(true);
        public static readonly TurnNext None = new(false);
    }

    /// <summary>Messages that must wait for the start of their instance stay in front.</summary>
    private static bool Continue(Slot slot, List<Message> waiting)
    {
        lock (slot.Gate)
        {
            bool more = slot.Pending.Count > 0 && !slot.Closed;
            if (!slot.Closed)
                slot.Pending.InsertRange(0, waiting);
            slot.Busy = more;
            return more;
        }
    }

    /// <summary>Starts a turn that finds out what went wrong.</summary>
    private void Wake(string instanceId)
        => Deliver(new Message(0, instanceId, null, 0, new JournalEvent { Type = EventType.GenericEvent, Id = -1 }));

    private void Close(Slot slot)
    {
        lock (slot.Gate)
            slot.Closed = true;
        slots.TryRemove(KeyValuePair.Create(slot.InstanceId, slot));
        turns.Cool(slot);
    }
}
