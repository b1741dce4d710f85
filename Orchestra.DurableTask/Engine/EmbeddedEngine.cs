using Microsoft.Extensions.Logging;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>One journal in one process: what clients write to and, once a worker has started, what runs instances and activities.</summary>
internal sealed class EmbeddedEngine : IAsyncDisposable
{
    private readonly Database database;
    private readonly Upkeep upkeep;
    private readonly SemaphoreSlim lifecycle = new(1, 1);
    private WorkerSetup? setup;
    private ActivityRunner? activities;
    private bool disposed;

    public EmbeddedEngine(EmbeddedOptions options, TimeProvider time, ILogger logger)
    {
        Options = options;
        Time = time;
        Logger = logger;
        database = new Database(options.Path, options.Synchronous.ToString().ToUpperInvariant());
        Meters = new Meters(options.Path, () => new EngineDepth(activities?.Queued ?? 0, activities?.Running ?? 0, Dispatcher?.Instances ?? 0, Dispatcher?.Turns ?? 0));
        Writer = new Writer(database.Main, options, Meters.Commit);
        upkeep = new Upkeep(this, database.InMemory);
    }

    public EmbeddedOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public Writer Writer { get; }

    public Meters Meters { get; }

    /// <summary>At every turn of an instance.</summary>
    public Signals Signals { get; } = new();

    /// <summary>Only when an instance's status changes: what most wait for.</summary>
    public Signals StatusSignals { get; } = new();

    /// <summary>A worker should run but has lost its leases and could not get new ones yet.</summary>
    public bool LacksOwner => setup is not null && Owner is null;

    public Dispatcher? Dispatcher { get; private set; }

    /// <summary>Who this process is in the journal; null while no worker runs. Changes only on the writer's thread.</summary>
    public string? Owner { get; private set; }

    public void Changed(string instanceId, bool status)
    {
        Signals.Changed(instanceId);
        if (status)
            StatusSignals.Changed(instanceId);
    }

    public DateTime UtcNow => Time.GetUtcNow().UtcDateTime;

    public long Now => Time.GetUtcNow().UtcTicks;

    /// <summary>Reads beside the writer; in memory there is one connection only, so it takes its turn.</summary>
    public Task<T> ReadAsync<T>(Func<Session, T> query)
        => database.InMemory ? Writer.Probe(query) : Task.Run(() => database.Read(query));

    /// <summary>Hands over in memory what was just committed. Runs on the writer's thread.</summary>
    public void Take(HandOver handOver)
    {
        if (Dispatcher is { } dispatcher)
        {
            foreach ((string instanceId, long epoch) in handOver.Adopted)
                dispatcher.Adopt(instanceId, epoch, suspect: false);
            foreach (Message message in handOver.Messages)
                dispatcher.Deliver(message);
            foreach (WorkItem item in handOver.Work)
                activities?.Add(item);
        }

        if (handOver.Unowned)
            upkeep.Poke();
    }

    /// <summary>Registers as an owner, takes over what nobody holds and begins to run it.</summary>
    public async Task StartWorkerAsync(WorkerSetup worker)
    {
        await lifecycle.WaitAsync().ConfigureAwait(false);
        try
        {
            if (setup is not null)
                throw new InvalidOperationException("A worker already runs on this journal in this process.");
            setup = worker;
            await BeginAsync(worker).ConfigureAwait(false);
        }
        finally
        {
            lifecycle.Release();
        }
    }

    /// <summary>Ends running turns and activities and gives the leases back at once.</summary>
    public async Task StopWorkerAsync(bool release = true)
    {
        await lifecycle.WaitAsync().ConfigureAwait(false);
        try
        {
            if (setup is null)
                return;
            setup = null;
            await EndAsync(release).ConfigureAwait(false);
            Log.Stopped(Logger);
        }
        finally
        {
            lifecycle.Release();
        }
    }

    /// <summary>Another process has taken the leases, for this one did not renew them: begin again under a new name.</summary>
    /// <param name="lost">The owner it was; when it is another by now, somebody else has begun again already.</param>
    public async Task RestartWorkerAsync(string? lost)
    {
        await lifecycle.WaitAsync().ConfigureAwait(false);
        try
        {
            if (setup is null || Owner != lost)
                return;
            await EndAsync(release: true).ConfigureAwait(false);
            await BeginAsync(setup).ConfigureAwait(false);
            if (lost is not null)
            {
                Meters.LeasesLost();
                Log.LeasesLost(Logger, Owner!);
            }
        }
        finally
        {
            lifecycle.Release();
        }
    }

    /// <summary>Takes what is free, in this process's name. Runs on the writer's thread.</summary>
    public bool TakeFree(Session session, List<Action> effects)
    {
        if (Owner is not { } me || setup is not { } worker)
            return false;
        int dead = LeaseStore.ReleaseDead(session, me, Now);
        Claim claim = LeaseStore.TakeFree(session, me, worker.Rejects);
        effects.Add(() => Accept(claim, dead));
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        await StopWorkerAsync().ConfigureAwait(false);
        await upkeep.DisposeAsync().ConfigureAwait(false);
        Writer.Dispose();
        Meters.Dispose();
        database.Dispose();
    }

    private async Task BeginAsync(WorkerSetup worker)
    {
        string me = Guid.NewGuid().ToString("N");
        await Writer.Run((session, effects) =>
        {
            LeaseStore.Register(session, me, ProcessIdentity.Current, Now + Options.LeaseDuration.Ticks);
            int dead = LeaseStore.ReleaseDead(session, me, Now);
            LeaseStore.ReleaseOrphans(session);
            Claim claim = LeaseStore.TakeFree(session, me, worker.Rejects);
            effects.Add(() =>
            {
                Owner = me;
                var dispatcher = new Dispatcher(this, worker, me);
                Dispatcher = dispatcher;
                activities = new ActivityRunner(this, worker, me, dispatcher.Owns);
                Accept(claim, dead);
            });
            return true;
        }).ConfigureAwait(false);
        Log.Started(Logger, Options.Path ?? "memory", me);
        upkeep.Begin();
    }

    private async Task EndAsync(bool release)
    {
        if (activities is not null)
            await activities.DisposeAsync().ConfigureAwait(false);
        if (Dispatcher is not null)
            await Dispatcher.DisposeAsync().ConfigureAwait(false);
        (string? me, var active) = (Owner, activities?.Active);
        await Writer.Run((_, effects) =>
        {
            effects.Add(() =>
            {
                Owner = null;
                Dispatcher = null;
                activities = null;
            });
            return true;
        }).ConfigureAwait(false);

        // Only now: what is written beside the first step is still in this owner's name, and would be nobody's for ever.
        if (release && me is not null)
        {
            await Writer.Run((session, _) =>
            {
                LeaseStore.Release(session, me, died: false, active);
                return true;
            }).ConfigureAwait(false);
        }
    }

    private void Accept(Claim claim, int dead)
    {
        if (dead > 0)
        {
            Meters.TookOver(dead);
            Log.OwnersDied(Logger, dead);
        }

        if (Dispatcher is not { } dispatcher)
            return;
        foreach ((string id, long epoch, int attempts) in claim.Instances)
            dispatcher.Adopt(id, epoch, suspect: attempts > 0);
        foreach (Message message in claim.Messages)
            dispatcher.Deliver(message);
        foreach (WorkItem item in claim.Work)
            activities?.Add(item);
        if (claim.Instances.Count + claim.Work.Count > 0)
            Log.TookOver(Logger, claim.Instances.Count, claim.Work.Count);
    }
}
