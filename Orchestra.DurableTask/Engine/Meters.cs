using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Engine;

/// <summary>What one engine measures. A meter of its own, tagged with the journal, so that engines in one process can be told apart.</summary>
internal sealed class Meters : IDisposable
{
    public const string Name = "Orchestra.DurableTask";

    private readonly Meter meter;
    private readonly Counter<long> started;
    private readonly Counter<long> ended;
    private readonly Histogram<double> turns;
    private readonly Histogram<double> activities;
    private readonly Histogram<double> waits;
    private readonly Histogram<double> commits;
    private readonly Histogram<int> batches;
    private readonly Counter<long> takeovers;
    private readonly Counter<long> losses;

    public Meters(string? journal, Func<EngineDepth> depth)
    {
        meter = new Meter(new MeterOptions(Name) { Tags = [new("durabletask.journal", journal ?? "memory")] });
        started = meter.CreateCounter<long>("durabletask.instances.started", "{instance}", "Instances that have begun.");
        ended = meter.CreateCounter<long>("durabletask.instances.ended", "{instance}", "Instances that have ended, by status.");
        turns = meter.CreateHistogram<double>("durabletask.turn.duration", "s", "From the messages of an instance to their commit.");
        activities = meter.CreateHistogram<double>("durabletask.activity.duration", "s", "Run time of activities, by outcome.");
        waits = meter.CreateHistogram<double>("durabletask.activity.wait", "s", "How long activities waited for a free place.");
        commits = meter.CreateHistogram<double>("durabletask.commit.duration", "s", "Transactions on the journal, to disk.");
        batches = meter.CreateHistogram<int>("durabletask.commit.batch", "{write}", "Writes that shared one transaction.");
        takeovers = meter.CreateCounter<long>("durabletask.leases.taken_over", "{owner}", "Processes that died or did not renew, whose work was taken over.");
        losses = meter.CreateCounter<long>("durabletask.leases.lost", "{owner}", "How often this process lost its own leases.");
        Gauge("durabletask.activities.queued", "{activity}", "Activities that wait for a free place.", () => depth().Queued);
        Gauge("durabletask.activities.running", "{activity}", "Activities that run.", () => depth().Running);
        Gauge("durabletask.instances.leased", "{instance}", "Unfinished instances that this process has leased.", () => depth().Instances);
        Gauge("durabletask.turns.open", "{turn}", "Instances with messages in work.", () => depth().Turns);
    }

    public void Started(string name) => started.Add(1, new KeyValuePair<string, object?>("durabletask.task.name", name));

    public void Ended(string name, OrchestrationRuntimeStatus status)
        => ended.Add(1, new("durabletask.task.name", name), new("durabletask.task.status", status.ToString()));

    public void Turn(string name, long since) => turns.Record(Seconds(since), new KeyValuePair<string, object?>("durabletask.task.name", name));

    public void Activity(string name, bool failed, long since)
        => activities.Record(Seconds(since), new("durabletask.task.name", name), new("durabletask.task.status", failed ? "Failed" : "Completed"));

    public void Waited(long since)
    {
        if (waits.Enabled)
            waits.Record(Seconds(since));
    }

    public void Commit(int writes, long since)
    {
        if (!commits.Enabled)
            return;
        commits.Record(Seconds(since));
        batches.Record(writes);
    }

    public void TookOver(int owners) => takeovers.Add(owners);

    public void LeasesLost() => losses.Add(1);

    public void Dispose() => meter.Dispose();

    private static double Seconds(long since) => Stopwatch.GetElapsedTime(since).TotalSeconds;

    private void Gauge(string name, string unit, string description, Func<int> value) => meter.CreateObservableGauge(name, value, unit, description);
}

/// <summary>How much an engine has in hand.</summary>
internal readonly record struct EngineDepth(int Queued, int Running, int Instances, int Turns);
