namespace Microsoft.DurableTask.Internal;

/// <summary>Starts orchestration instances.</summary>
public interface IOrchestrationSubmitter
{
    Task<string> ScheduleNewOrchestrationInstanceAsync(TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default);
}
