using System.Diagnostics;
using Microsoft.DurableTask.Client;

namespace Orchestra.Bench;

/// <summary>
/// <c>./bench.sh runtime</c>: the embedded runtime against the genuine engine. The reference figures were measured with
/// DurableTask.AzureStorage on Azurite on the same kind of machine; where there are none, the goal stands there.
/// </summary>
internal static class RuntimeBench
{
    private const string Name = "runtime";
    private const int IdleInstances = 10_000;

    public static async Task RunAsync(Reporter reporter)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("orchestra-bench-");
        try
        {
            await using (RuntimeHost host = await RuntimeHost.StartAsync(Path.Combine(work.FullName, "busy.db")))
            {
                await ChainsAsync(host.Client, 50);
                double perSecond = 200 / (await ChainsAsync(host.Client, 200)).TotalSeconds;
                reporter.Add(new Measurement(Name, "200 orchestrations x 5 activities", perSecond, "1/s", 18));
                await EventsAsync(host.Client, reporter);
                await EmptyAsync(host.Client, reporter);
                await FanAsync(host.Client, reporter);
                await LongAsync(host.Client, reporter);
            }

            await IdleAsync(Path.Combine(work.FullName, "idle.db"), reporter);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task<TimeSpan> ChainsAsync(DurableTaskClient client, int count)
    {
        var watch = Stopwatch.StartNew();
        string[] ids = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.ScheduleNewOrchestrationInstanceAsync(RuntimeTasks.Chain, 5)));
        await Task.WhenAll(ids.Select(id => client.WaitForInstanceCompletionAsync(id)));
        return watch.Elapsed;
    }

    private static async Task EventsAsync(DurableTaskClient client, Reporter reporter)
    {
        const int Count = 300;
        string id = await client.ScheduleNewOrchestrationInstanceAsync(RuntimeTasks.Events, Count);
        await client.WaitForInstanceStartAsync(id);
        var waits = new List<double>();
        for (int i = 0; i < Count; i++)
        {
            long raised = Stopwatch.GetTimestamp();
            await client.RaiseEventAsync(id, "go", i);
            waits.Add((await RuntimeTasks.Steps.Reader.ReadAsync() - raised) * 1000.0 / Stopwatch.Frequency);
        }

        await client.WaitForInstanceCompletionAsync(id);
        waits.RemoveRange(0, 50);
        waits.Sort();
        reporter.Add(new Measurement(Name, "event raised to next step, median", waits[waits.Count / 2], "ms", 8));
        reporter.Add(new Measurement(Name, "event raised to next step, p95", waits[waits.Count * 95 / 100], "ms", 16));
    }

    private static async Task EmptyAsync(DurableTaskClient client, Reporter reporter)
    {
        var times = new List<double>();
        for (int i = 0; i < 300; i++)
        {
            var watch = Stopwatch.StartNew();
            string id = await client.ScheduleNewOrchestrationInstanceAsync(RuntimeTasks.Empty, i);
            await client.WaitForInstanceCompletionAsync(id);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        reporter.Add(new Measurement(Name, "start to completion of an empty one, median", times[times.Count / 2], "ms", 20));
    }

    private static async Task FanAsync(DurableTaskClient client, Reporter reporter)
    {
        var watch = Stopwatch.StartNew();
        await client.WaitForInstanceCompletionAsync(await client.ScheduleNewOrchestrationInstanceAsync(RuntimeTasks.Fan, 1000));
        reporter.Add(new Measurement(Name, "fan-out of 1,000 and fan-in", watch.Elapsed.TotalSeconds, "s", 14));
    }

    private static async Task LongAsync(DurableTaskClient client, Reporter reporter)
    {
        string id = await client.ScheduleNewOrchestrationInstanceAsync(RuntimeTasks.Timed, 2000);
        OrchestrationMetadata done = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        List<long> stamps = done.ReadOutputAs<List<long>>()!;
        double first = stamps[199] - stamps[0], last = stamps[^1] - stamps[^200];
        reporter.Add(new Measurement(Name, "2,000 in sequence: last 200 over first 200", last / first, "x", 3));
    }

    private static async Task IdleAsync(string file, Reporter reporter)
    {
        var ids = new List<string>();
        await using (RuntimeHost host = await RuntimeHost.StartAsync(file))
        {
            long before = Memory();
            foreach (int[] chunk in Enumerable.Range(0, IdleInstances).Chunk(500))
                ids.AddRange(await Task.WhenAll(chunk.Select(i => host.Client.ScheduleNewOrchestrationInstanceAsync(RuntimeTasks.Idle, i))));
            await Task.WhenAll(ids.Select(id => host.Client.WaitForInstanceStartAsync(id)));
            reporter.Add(new Measurement(Name, "10,000 idle instances, memory (goal)", (Memory() - before) / 1e6, "MB", 200));
            reporter.Add(new Measurement(Name, "waking one of them (goal)", await WakeAsync(host.Client, ids[5000]), "ms", 5));
        }

        var watch = Stopwatch.StartNew();
        await using (RuntimeHost host = await RuntimeHost.StartAsync(file))
        {
            await WakeAsync(host.Client, ids[7000]);
            reporter.Add(new Measurement(Name, "cold start with 10,000, to first work (goal)", watch.Elapsed.TotalSeconds, "s", 1));
        }
    }

    private static async Task<double> WakeAsync(DurableTaskClient client, string id)
    {
        long raised = Stopwatch.GetTimestamp();
        await client.RaiseEventAsync(id, "wake", 1);
        OrchestrationMetadata done = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        return (done.ReadOutputAs<long>() - raised) * 1000.0 / Stopwatch.Frequency;
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Process.GetCurrentProcess().WorkingSet64;
    }
}
