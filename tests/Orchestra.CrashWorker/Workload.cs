using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.CrashWorker;

/// <summary>Orchestrations of every kind of step. Each returns the keys and tokens of its activities' runs, in order.</summary>
public static class Workload
{
    private const int BatchSize = 70;
    private const int Rounds = 4;

    private static readonly string[] Kinds = ["chain", "fan", "timer", "event", "parent", "rounds", "flaky"];

    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(new RetryPolicy(10, TimeSpan.FromMilliseconds(1)));

    public static IEnumerable<string> Ids(int from, int to)
        => Enumerable.Range(from * BatchSize, (to - from + 1) * BatchSize).Select(i => $"{Kinds[i % Kinds.Length]}-{i}");

    /// <summary>Makes sure that the instance exists and has its event; what was done before a crash may be done again.</summary>
    public static async Task BeginAsync(DurableTaskClient client, string id)
    {
        string kind = KindOf(id);
        if (await client.GetInstanceAsync(id) is null)
        {
            try
            {
                await client.ScheduleNewOrchestrationInstanceAsync(kind, kind == "rounds" ? new Round(0, []) : null, Once(id));
            }
            catch (OrchestrationAlreadyExistsException)
            {
                // Another process was faster.
            }
        }

        if (kind == "event")
            await client.RaiseEventAsync(id, "go", "gone");
    }

    /// <summary>What the instance must have run, in order.</summary>
    public static IEnumerable<string> ExpectedKeys(string id) => KindOf(id) switch
    {
        "chain" => [$"{id}/0", $"{id}/1", $"{id}/2", $"{id}/3"],
        "fan" => Enumerable.Range(0, 6).Select(i => $"{id}/{i}"),
        "timer" => [$"{id}/before", $"{id}/after"],
        "event" => [$"{id}/gone"],
        "parent" => ExpectedKeys($"chain-of-{id}").Concat(ExpectedKeys($"timer-of-{id}")),
        "rounds" => Enumerable.Range(0, Rounds).Select(i => $"{id}/{i}"),
        _ => [$"{id}/flaky"],
    };

    public static void Register(DurableTaskRegistry tasks, ActivityLog log) => tasks
        .AddActivityFunc<string, string>("run", (_, key) => log.Add(key))
        .AddActivityFunc<string, string>("fail twice", (_, key) =>
        {
            string run = log.Add(key);
            return log.Count(key) < 2 ? throw new IOException("not yet") : run;
        })
        .AddOrchestratorFunc<string[]>("chain", async context =>
        {
            var runs = new List<string>();
            for (int i = 0; i < 4; i++)
                runs.Add(await Run(context, i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            return [.. runs];
        })
        .AddOrchestratorFunc<string[]>("fan", context => Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => Run(context, i.ToString(System.Globalization.CultureInfo.InvariantCulture)))))
        .AddOrchestratorFunc<string[]>("timer", async context =>
        {
            string before = await Run(context, "before");
            await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
            return [before, await Run(context, "after")];
        })
        .AddOrchestratorFunc<string[]>("event", async context => [await Run(context, await context.WaitForExternalEvent<string>("go"))])
        .AddOrchestratorFunc<string[]>("parent", async context =>
        {
            string[][] children = await Task.WhenAll(
                context.CallSubOrchestratorAsync<string[]>("chain", options: new SubOrchestrationOptions(instanceId: $"chain-of-{context.InstanceId}")),
                context.CallSubOrchestratorAsync<string[]>("timer", options: new SubOrchestrationOptions(instanceId: $"timer-of-{context.InstanceId}")));
            return [.. children[0], .. children[1]];
        })
        .AddOrchestratorFunc<Round, string[]>("rounds", async (context, round) =>
        {
            string[] runs = [.. round.Runs, await Run(context, round.Number.ToString(System.Globalization.CultureInfo.InvariantCulture))];
            if (round.Number + 1 < Rounds)
                context.ContinueAsNew(new Round(round.Number + 1, runs));
            return runs;
        })
        .AddOrchestratorFunc<string[]>("flaky", async context =>
            [await context.CallActivityAsync<string>("fail twice", $"{context.InstanceId}/flaky", Retry)]);

    /// <summary>Another process may have begun and even ended it since it was looked for; by default an ended one would be replaced and run again.</summary>
    private static StartOrchestrationOptions Once(string id)
        => new StartOrchestrationOptions(id).WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);

    private static string KindOf(string id) => id[..id.IndexOf('-', StringComparison.Ordinal)];

    private static Task<string> Run(TaskOrchestrationContext context, string step)
        => context.CallActivityAsync<string>("run", $"{context.InstanceId}/{step}");
}

/// <summary>What one execution of a continued orchestration hands to the next.</summary>
public sealed record Round(int Number, string[] Runs);
