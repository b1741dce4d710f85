using DurableTask.Core.History;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestra.DurableTask.Engine;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask;

/// <summary>
/// The history of one instance, to be kept beside the code and replayed by its tests: if the code no longer does what it did then, instances
/// that run while a new version is brought in would fail.
/// </summary>
/// <param name="Json">May be changed by hand, for instance to take out paths.</param>
public sealed record RecordedHistory(string InstanceId, string Orchestrator, string Json)
{
    /// <summary>Replays a history with the orchestrators of a container; no activity runs and nothing is written.</summary>
    /// <returns>What differs, in the words that an instance would fail with, or null when the code does what it did.</returns>
    /// <exception cref="InvalidDataException">The text is not a history.</exception>
    public static string? Replay(IServiceProvider services, string json)
    {
        ArgumentNullException.ThrowIfNull(services);
        EmbeddedWorker worker = services.GetServices<IHostedService>().OfType<EmbeddedWorker>().FirstOrDefault()
            ?? throw new InvalidOperationException("The container has no worker that uses the embedded backend.");
        HistoryFile file = HistoryFile.Parse(json);
        using var execution = new Execution(file.Instance, worker.Setup());
        execution.Replay(file.Events);
        if (execution.Fault is { } fault)
            return fault.Message;
        if (execution.Pump.Trespassed)
            return Execution.TrespassMessage;
        return file.Events.Find(static entry => entry.Type == EventType.ExecutionCompleted) is { } end ? Compare(execution, end) : null;
    }

    /// <summary>An end that was brought about from outside or that the code now goes beyond is nothing to compare with.</summary>
    private static string? Compare(Execution execution, JournalEvent end)
    {
        if (end.Status == OrchestrationRuntimeStatus.Terminated || execution.Continuation is not null || !execution.IsFinished)
            return null;
        Failure? now = execution.Result().Failure;
        OrchestrationRuntimeStatus status = now is null ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Failed;
        return status == end.Status ? null : $"It ended {end.Status} and now ends {status}: {now?.Message ?? end.Failure?.Message}";
    }
}
