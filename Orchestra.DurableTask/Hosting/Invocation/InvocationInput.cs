using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Hosting;

/// <summary>What the trigger hands to one invocation.</summary>
internal sealed class InvocationInput
{
    public HttpContext? Http { get; init; }

    public TaskOrchestrationContext? Orchestration { get; init; }

    public TimerInfo? Timer { get; init; }

    /// <summary>The deserialised input of an orchestrator or activity.</summary>
    public object? Payload { get; init; }

    /// <summary>The instance an activity works for.</summary>
    public string? InstanceId { get; init; }

    public int RetryCount { get; init; }

    public int MaxRetryCount { get; init; }
}
