using System.Collections.Concurrent;
using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Tests.Model;

/// <summary>Runs programs as orchestrations and counts what their activities did.</summary>
internal sealed class Interpreter
{
    public const string Name = "program";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Runs of each activity, by instance and place.</summary>
    public ConcurrentDictionary<string, int> Runs { get; } = new(StringComparer.Ordinal);

    public void Register(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<Program, string[]>(Name, RunAsync)
        .AddActivityFunc<string, string>("fail", string (context, place) =>
        {
            Count(context, place);
            throw new InvalidDataException(place);
        })
        .AddActivityFunc<Attempt, string>("call", (context, attempt) => Count(context, attempt.Place) > attempt.Failures
            ? $"called {attempt.Place}"
            : throw new IOException("not yet"));

    private int Count(TaskActivityContext context, string place) => Runs.AddOrUpdate($"{context.InstanceId} {place}", 1, (_, runs) => runs + 1);

    private static async Task<string[]> RunAsync(TaskOrchestrationContext context, Program program)
    {
        string[] results = [.. program.Carry, .. await RunAsync(context, program.Steps, $"{program.Round}")];
        switch (program.Ending)
        {
            case Ending.Throw:
                throw new InvalidOperationException("thrown");
            case Ending.Continue:
                context.ContinueAsNew(program.Next! with { Carry = results, Round = program.Round + 1 });
                break;
        }

        return results;
    }

    private static async Task<List<string>> RunAsync(TaskOrchestrationContext context, Step[] steps, string place)
    {
        var results = new List<string>();
        for (int i = 0; i < steps.Length; i++)
            results.AddRange(await RunAsync(context, steps[i], $"{place}.{i}"));
        return results;
    }

    private static async Task<IEnumerable<string>> RunAsync(TaskOrchestrationContext context, Step step, string place)
    {
        switch (step)
        {
            case Call call:
                return [await context.CallActivityAsync<string>("call", new Attempt(place, call.Failures), Retry(call.Failures + 1))];
            case Fail fail:
                return [await FailureOf(() => context.CallActivityAsync<string>("fail", place, Retry(fail.Attempts)))];
            case Sleep sleep:
                await context.CreateTimer(TimeSpan.FromMilliseconds(sleep.Milliseconds), CancellationToken.None);
                return ["slept"];
            case Wait:
                return [await context.WaitForExternalEvent<string>(place)];
            case Echo:
                context.SendEvent(context.InstanceId, place, $"echo {place}");
                return [await context.WaitForExternalEvent<string>(place)];
            case Timeout timeout:
                return [await TimeoutOf(() => context.WaitForExternalEvent<string>($"never {place}", TimeSpan.FromMilliseconds(timeout.Milliseconds)))];
            case Status status:
                context.SetCustomStatus(status.Value);
                return [];
            case Fan fan:
                return (await Task.WhenAll(fan.Branches.Select((branch, i) => RunAsync(context, branch, $"{place}.{i}")))).SelectMany(results => results);
            default:
                var options = new SubOrchestrationOptions(instanceId: $"{context.InstanceId}/{place}");
                string failure = "";
                string[]? results = null;
                failure = await FailureOf(async () =>
                {
                    results = await context.CallSubOrchestratorAsync<string[]>(Name, ((Child)step).Program, options);
                    return "";
                });
                return results ?? [failure];
        }
    }

    private static async Task<string> FailureOf(Func<Task<string>> action)
    {
        try
        {
            return await action();
        }
        catch (TaskFailedException failure)
        {
            return $"failed {failure.FailureDetails.ErrorMessage}";
        }
    }

    private static async Task<string> TimeoutOf(Func<Task<string>> action)
    {
        try
        {
            return await action();
        }
        catch (TaskCanceledException)
        {
            return "timeout";
        }
    }

    private static TaskOptions? Retry(int attempts) => attempts > 1 ? TaskOptions.FromRetryPolicy(new RetryPolicy(attempts, Pause)) : null;

    /// <summary>Input of an activity that must fail some times.</summary>
    public sealed record Attempt(string Place, int Failures);
}
