using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.DurableTask;
using Orchestra.DurableTask.Engine;

namespace Orchestra.DurableTask.Tests.Engine;

public class TelemetryTests
{
    [Fact]
    public async Task What_instances_and_activities_do_is_measured()
    {
        using var journal = new TempJournal();
        using var measured = new Measured(journal.Path);
        await using (TestHost host = await TestHost.StartAsync(Tasks, journal.Options))
        {
            await host.RunAsync("good");
            await host.RunAsync("bad");
            string waits = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
            await host.Client.WaitForInstanceStartAsync(waits);
            measured.Observe();
        }

        Assert.Equal(["bad", "good", "waits"], measured["durabletask.instances.started"].Select(m => m.Tag("durabletask.task.name")).Order());
        Assert.Equal(["bad Failed", "good Completed"], measured["durabletask.instances.ended"].Select(m => $"{m.Tag("durabletask.task.name")} {m.Tag("durabletask.task.status")}").Order());
        Assert.Equal(["break Failed", "do Completed"], measured["durabletask.activity.duration"].Select(m => $"{m.Tag("durabletask.task.name")} {m.Tag("durabletask.task.status")}").Order());
        Assert.Equal(5, measured["durabletask.turn.duration"].Count());
        Assert.Equal(2, measured["durabletask.activity.wait"].Count());
        Assert.NotEmpty(measured["durabletask.commit.duration"]);
        Assert.Equal(measured["durabletask.commit.duration"].Count(), measured["durabletask.commit.batch"].Count());
        Assert.Equal(1, Assert.Single(measured["durabletask.instances.leased"]).Value);
        Assert.Equal(0, Assert.Single(measured["durabletask.activities.queued"]).Value);
    }

    [Fact]
    public async Task A_takeover_is_counted()
    {
        using var journal = new TempJournal();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        TestHost first = await TestHost.StartAsync(Tasks, journal.Options, time);
        await first.CrashAsync();
        time.Advance(TimeSpan.FromSeconds(11));
        using var measured = new Measured(journal.Path);
        await using TestHost second = await TestHost.StartAsync(Tasks, journal.Options, time);

        Assert.Equal(1, Assert.Single(measured["durabletask.leases.taken_over"]).Value);
    }

    [Fact]
    public async Task All_spans_of_an_instance_and_its_child_belong_to_the_trace_of_its_start()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = listened => listened.Name is Traces.Name or "test",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using TestHost host = await TestHost.StartAsync(Tasks);
        string trace;
        using (Activity caller = source.StartActivity("caller")!)
        {
            trace = caller.TraceId.ToHexString();
            await host.RunAsync("parent");
        }

        await host.DisposeAsync();
        Activity[] own = [.. spans.Where(span => span.TraceId.ToHexString() == trace && span.Source.Name == Traces.Name)];
        Assert.Equal(
            [
                "activity:break", "activity:do", "create_orchestration:parent",
                "orchestration:bad", "orchestration:good", "orchestration:parent",
                "orchestration_turn:bad", "orchestration_turn:bad", "orchestration_turn:good", "orchestration_turn:good",
                "orchestration_turn:parent", "orchestration_turn:parent", "orchestration_turn:parent",
            ],
            own.Select(span => span.OperationName).Order(StringComparer.Ordinal));
        Assert.Equal(ActivityStatusCode.Error, own.Single(span => span.OperationName == "activity:break").Status);
        Assert.Equal(ActivityStatusCode.Error, own.Single(span => span.OperationName == "orchestration:bad").Status);
        Assert.Equal("0", $"{own.Single(span => span.OperationName == "activity:do").GetTagItem("durabletask.task.task_id")}");
    }

    private static void Tasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc("good", context => context.CallActivityAsync("do"))
        .AddOrchestratorFunc("bad", context => context.CallActivityAsync("break"))
        .AddOrchestratorFunc("waits", context => context.WaitForExternalEvent<string>("go"))
        .AddOrchestratorFunc("parent", async context =>
        {
            await context.CallSubOrchestratorAsync("good");
            try
            {
                await context.CallSubOrchestratorAsync("bad");
            }
            catch (TaskFailedException)
            {
                // It is there to fail.
            }
        })
        .AddActivityFunc("do", _ => { })
        .AddActivityFunc("break", _ => throw new InvalidDataException("broken"));

    /// <summary>What the engine of one journal has measured.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly ConcurrentQueue<Measurement> all = new();

        public Measured(string journal)
        {
            listener.InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == Meters.Name && instrument.Meter.Tags!.Any(tag => journal.Equals(tag.Value)))
                    own.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => all.Enqueue(new Measurement(instrument.Name, value, tags.ToArray())));
            listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => all.Enqueue(new Measurement(instrument.Name, value, tags.ToArray())));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => all.Enqueue(new Measurement(instrument.Name, value, tags.ToArray())));
            listener.Start();
        }

        public IEnumerable<Measurement> this[string name] => all.Where(measurement => measurement.Name == name);

        public void Observe() => listener.RecordObservableInstruments();

        public void Dispose() => listener.Dispose();
    }

    private sealed record Measurement(string Name, double Value, KeyValuePair<string, object?>[] Tags)
    {
        public string? Tag(string name) => Tags.FirstOrDefault(tag => tag.Key == name).Value as string;
    }
}
