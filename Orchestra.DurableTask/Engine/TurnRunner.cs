using System.Diagnostics;
using DurableTask.Core.History;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>How a turn left its instance.</summary>
internal enum TurnEnd
{
    Open,

    /// <summary>The messages are for an instance that has not started; they wait.</summary>
    Waiting,

    /// <summary>The instance has ended or is gone.</summary>
    Closed,
}

/// <summary>Runs one turn of one instance and commits it.</summary>
internal sealed class TurnRunner(EmbeddedEngine engine, WorkerSetup setup, string owner, WarmList warm, Action<string> wake)
{
    public async Task<TurnEnd> RunAsync(Slot slot, List<Message> batch)
    {
        long begin = Stopwatch.GetTimestamp();
        if (slot.Suspect)
        {
            slot.Failures = await CountAttemptAsync(slot).ConfigureAwait(false);
            slot.Suspect = false;
        }

        if (slot.Failures >= engine.Options.MaxAttempts)
            return await PoisonAsync(slot, batch, slot.Failures).ConfigureAwait(false);

        Execution? execution = slot.Live ?? await LoadAsync(slot).ConfigureAwait(false);
        if (execution is null)
            return TurnEnd.Closed;
        if (execution.Start is null && !batch.Exists(static message => message.Event.Type is EventType.ExecutionStarted or EventType.ExecutionTerminated))
            return TurnEnd.Waiting;

        batch = await LoadAsync(batch).ConfigureAwait(false);
        slot.Live = execution;
        bool begins = execution.Start is null && slot.Status is null;
        JournalEvent? start = execution.Start ?? batch.Find(static message => message.Event.Type == EventType.ExecutionStarted)?.Event;
        using (Traces.Turn(start?.Trace, start?.Name ?? "", slot.InstanceId))
        {
            TurnCommit commit = TurnBuilder.Run(execution, slot.Epoch, batch, engine.UtcNow);
            await CommitAsync(slot, commit).ConfigureAwait(false);
            Measure(execution.Start, commit, begins, begin);
            return Settle(slot, execution, commit);
        }
    }

    private TurnEnd Settle(Slot slot, Execution execution, TurnCommit commit)
    {
        if (commit.IsTerminal)
            return TurnEnd.Closed;

        if (commit.Next is not null || engine.Options.ForceReplay)
        {
            Cool(slot);
        }
        else
        {
            execution.MarkCommitted(commit.History.Count);
            warm.Touch(slot);
        }

        return TurnEnd.Open;
    }

    private void Measure(JournalEvent? start, TurnCommit commit, bool begins, long since)
    {
        string name = start?.Name ?? "";
        engine.Meters.Turn(name, since);
        if (begins)
            engine.Meters.Started(name);
        if (!commit.IsTerminal)
            return;
        engine.Meters.Ended(name, commit.Status!.Value);
        Traces.Ended(start, commit);
    }

    /// <summary>Drops the live state; the next turn replays.</summary>
    public void Cool(Slot slot)
    {
        warm.Remove(slot);
        slot.Live?.Dispose();
        slot.Live = null;
    }

    private Task<HandOver> CommitAsync(Slot slot, TurnCommit commit) => engine.Writer.Run((session, effects) =>
    {
        HandOver handOver = TurnStore.Commit(session, owner, commit);
        effects.Add(() =>
        {
            engine.Take(handOver);
            if (commit.Status is null)
                return;
            engine.Changed(commit.InstanceId, commit.Status != slot.Status);
            slot.Status = commit.Status;
        });
        return handOver;
    });

    private async Task<Execution?> LoadAsync(Slot slot)
    {
        (InstanceRow? row, List<JournalEvent> history) = await engine.ReadAsync(session => (
            QueryStore.Find(session, slot.InstanceId),
            HistoryStore.ReadForReplay(session, slot.InstanceId))).ConfigureAwait(false);
        if (row is null || row.IsTerminal || row.Epoch != slot.Epoch)
            return null;
        var execution = new Execution(slot.InstanceId, setup);
        execution.Pump.OnTrespass = () => wake(slot.InstanceId);
        execution.Replay(history);
        return execution;
    }

    /// <summary>Messages that were taken over come without what is long in them.</summary>
    private async ValueTask<List<Message>> LoadAsync(List<Message> batch)
        => batch.Exists(static message => message.Event is { Payload: not null, Data: null })
            ? await engine.ReadAsync(session => batch.ConvertAll(message => PayloadStore.Load(session, message))).ConfigureAwait(false)
            : batch;

    private Task<int> CountAttemptAsync(Slot slot) => engine.Writer.Run((session, _) =>
    {
        object? attempts = session.Scalar("UPDATE instances SET attempts = attempts + 1 WHERE id = ?1 AND epoch = ?2 RETURNING attempts - 1", slot.InstanceId, slot.Epoch);
        return Convert.ToInt32(attempts ?? throw new LeaseLostException("The instance is gone."), System.Globalization.CultureInfo.InvariantCulture);
    });

    /// <summary>Ends an instance that has failed the engine (not its own code) too often, and says so.</summary>
    private async Task<TurnEnd> PoisonAsync(Slot slot, List<Message> batch, int attempts)
    {
        InstanceRow? row = await engine.ReadAsync(session => QueryStore.Find(session, slot.InstanceId)).ConfigureAwait(false);
        if (row is null || row.IsTerminal)
            return TurnEnd.Closed;
        long length = await engine.ReadAsync(session => (long)session.Scalar("SELECT coalesce(max(seq) + 1, 0) FROM history WHERE instance_id = ?1", slot.InstanceId)!).ConfigureAwait(false);
        string reason = $"The instance could not be processed in {attempts} attempts.";
        Log.Poisoned(engine.Logger, slot.InstanceId, reason);
        var commit = new TurnCommit { InstanceId = slot.InstanceId, ExecutionId = row.ExecutionId, Epoch = slot.Epoch, Now = engine.Now, HistoryStart = length };
        commit.Consumed.AddRange(batch.Select(message => message.Seq));
        TurnBuilder.SetFailed(commit, new Failure("PoisonInstance", reason, NonRetriable: true));
        TurnBuilder.AddCompletion(ParentLink.Parse(row.Parent), -1, commit);
        await CommitAsync(slot, commit).ConfigureAwait(false);
        engine.Meters.Ended(row.Name, OrchestrationRuntimeStatus.Failed);
        return TurnEnd.Closed;
    }
}
