using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>
/// The slow loop: renews the leases, and looks for what other processes did to the file. SQLite's data version says for the cost of
/// one read whether anything did, so an idle engine costs nothing.
/// </summary>
internal sealed class Upkeep : IAsyncDisposable
{
    private readonly EmbeddedEngine engine;
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim poke = new(0, 1);
    private readonly bool alone;
    private readonly Lock gate = new();
    private Task? loop;
    private long seenVersion = -1;
    private long renewAt;
    private bool pending;

    public Upkeep(EmbeddedEngine engine, bool alone)
    {
        this.engine = engine;
        this.alone = alone;
        if (!alone)
            Begin();
    }

    public void Begin()
    {
        lock (gate)
        {
            renewAt = 0;
            loop ??= Task.Run(LoopAsync);
        }
    }

    /// <summary>Look now. Never blocks.</summary>
    public void Poke()
    {
        pending = true;
        try
        {
            if (poke.CurrentCount == 0)
                poke.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else did just that.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        if (loop is not null)
            await loop.ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task LoopAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception error)
            {
                // What it saw is still to be dealt with.
                pending = true;
                Log.UpkeepFailed(engine.Logger, error);
            }

            await PauseAsync().ConfigureAwait(false);
        }
    }

    private async Task PauseAsync()
    {
        using CancellationTokenSource waited = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        Task delay = Task.Delay(engine.Options.PollInterval, engine.Time, waited.Token);
        Task poked = poke.WaitAsync(waited.Token);
        await Task.WhenAny(delay, poked).ConfigureAwait(false);
        await waited.CancelAsync().ConfigureAwait(false);
    }

    private async Task LookAsync()
    {
        bool renew = engine.Now >= renewAt;
        bool changed = pending;
        pending = false;
        if (!alone)
        {
            (long version, bool died) = await engine.Writer.Probe(session => (
                (long)session.Scalar("PRAGMA data_version")!,
                engine.Owner is { } owner && LeaseStore.FindDead(session, owner, engine.Now).Count > 0)).ConfigureAwait(false);
            changed |= died;
            if (version != seenVersion)
            {
                seenVersion = version;
                changed = true;
                engine.Signals.ChangedElsewhere();
                engine.StatusSignals.ChangedElsewhere();
            }
        }

        if (engine.LacksOwner)
            await engine.RestartWorkerAsync(lost: null).ConfigureAwait(false);
        if (engine.Owner is not { } me || (!renew && !changed))
            return;
        if (renew)
        {
            renewAt = engine.Now + (engine.Options.LeaseDuration / 3).Ticks;
            if (!await RenewAsync(me).ConfigureAwait(false))
            {
                await engine.RestartWorkerAsync(me).ConfigureAwait(false);
                return;
            }
        }

        await engine.Writer.Run(engine.TakeFree).ConfigureAwait(false);
    }

    private Task<bool> RenewAsync(string me) => engine.Writer.Run((session, _) =>
        engine.Owner != me || LeaseStore.Renew(session, me, engine.Now + engine.Options.LeaseDuration.Ticks));
}
