using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Model;

/// <summary>The model: what a program must lead to, found by walking through it without any engine.</summary>
internal sealed class Expectation
{
    private Expectation(string instanceId, Program program)
    {
        (Status, Results, CustomStatus) = Walk(instanceId, program);
    }

    public OrchestrationRuntimeStatus Status { get; }

    public IReadOnlyList<string> Results { get; }

    /// <summary>As JSON.</summary>
    public string? CustomStatus { get; }

    /// <summary>The events that the client must raise, by name.</summary>
    public List<string> Events { get; } = [];

    /// <summary>How often each activity must run, by instance and place.</summary>
    public Dictionary<string, int> Runs { get; } = new(StringComparer.Ordinal);

    public static Expectation Of(string instanceId, Program program) => new(instanceId, program);

    private (OrchestrationRuntimeStatus Status, List<string> Results, string? CustomStatus) Walk(string instanceId, Program program)
    {
        var results = new List<string>();
        string? status = null;
        for (Program? next = program; next is not null; next = next.Ending == Ending.Continue ? next.Next! with { Round = next.Round + 1 } : null)
        {
            program = next;
            Walk(instanceId, program.Steps, $"{program.Round}", results, ref status);
        }

        return (program.Ending == Ending.Throw ? OrchestrationRuntimeStatus.Failed : OrchestrationRuntimeStatus.Completed, results, status);
    }

    private void Walk(string instanceId, Step[] steps, string place, List<string> results, ref string? status)
    {
        for (int i = 0; i < steps.Length; i++)
            Walk(instanceId, steps[i], $"{place}.{i}", results, ref status);
    }

    private void Walk(string instanceId, Step step, string place, List<string> results, ref string? status)
    {
        switch (step)
        {
            case Call call:
                Runs.Add($"{instanceId} {place}", call.Failures + 1);
                results.Add($"called {place}");
                break;
            case Fail fail:
                Runs.Add($"{instanceId} {place}", fail.Attempts);
                results.Add($"failed {place}");
                break;
            case Sleep:
                results.Add("slept");
                break;
            case Wait:
                Events.Add(place);
                results.Add($"event {place}");
                break;
            case Echo:
                results.Add($"echo {place}");
                break;
            case Timeout:
                results.Add("timeout");
                break;
            case Status set:
                status = $"{set.Value}";
                break;
            case Fan fan:
                for (int i = 0; i < fan.Branches.Length; i++)
                    Walk(instanceId, fan.Branches[i], $"{place}.{i}", results, ref status);
                break;
            case Child child:
                var end = Walk($"{instanceId}/{place}", child.Program);
                results.AddRange(end.Status == OrchestrationRuntimeStatus.Failed ? ["failed thrown"] : end.Results);
                break;
        }
    }
}
