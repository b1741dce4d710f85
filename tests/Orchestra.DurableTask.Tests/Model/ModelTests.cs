using CsCheck;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Model;

/// <summary>
/// Random programs end as the model says, however the engine keeps its instances: live, replayed at every turn, or live and dropped in
/// turns. A failure prints the seed that repeats it and the smallest program found.
/// </summary>
public class ModelTests
{
    private const int Samples = 300;

    private static int number;

    [Theory]
    [InlineData(false, 20_000)]
    [InlineData(true, 20_000)]
    [InlineData(false, 2)]
    public async Task Programs_end_as_the_model_says(bool forceReplay, int warm)
    {
        using var journal = new TempJournal();
        var interpreter = new Interpreter();
        await using (TestHost host = await TestHost.StartAsync(interpreter.Register, options =>
        {
            journal.Options(options);
            options.ForceReplay = forceReplay;
            options.MaxWarmInstances = warm;
        }))
        {
            await Gen.Select(ProgramGen.Root, Gen.Int, Gen.Bool).SampleAsync(
                async (program, order, suspend) => await CheckAsync(host, interpreter, program, order, suspend),
                iter: Samples,
                threads: 4);
        }

        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    private static async Task CheckAsync(TestHost host, Interpreter interpreter, Program program, int order, bool suspend)
    {
        string id = $"p{Interlocked.Increment(ref number)}";
        Expectation expected = Expectation.Of(id, program);
        await host.Client.ScheduleNewOrchestrationInstanceAsync(Interpreter.Name, program, new StartOrchestrationOptions(id));
        if (suspend)
            await host.Client.SuspendInstanceAsync(id);

        // Events come in any order, also before anybody waits.
        string[] events = [.. expected.Events];
        new Random(order).Shuffle(events);
        foreach (string place in events)
            await host.Client.RaiseEventAsync(id, place, $"event {place}");
        if (suspend)
            await host.Client.ResumeInstanceAsync(id);
        OrchestrationMetadata end = await host.EndOf(id);

        Assert.Equal(expected.Status, end.RuntimeStatus);
        Assert.Equal(expected.CustomStatus, end.SerializedCustomStatus);
        if (expected.Status == OrchestrationRuntimeStatus.Completed)
            Assert.Equal(expected.Results, end.ReadOutputAs<string[]>()!);
        Assert.Equal(expected.Runs.OrderBy(run => run.Key), interpreter.Runs.Where(run => run.Key.StartsWith($"{id} ", StringComparison.Ordinal) || run.Key.StartsWith($"{id}/", StringComparison.Ordinal)).OrderBy(run => run.Key));
    }
}
