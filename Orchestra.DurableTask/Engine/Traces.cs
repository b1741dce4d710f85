using System.Diagnostics;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>
/// Spans with the names and tags of the genuine engine. An instance keeps the trace context in which it was started, in its history, so
/// that what it does days later or in another process still belongs to that trace.
/// </summary>
internal static class Traces
{
    public const string Name = "Orchestra.DurableTask";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Around the call that starts an instance.</summary>
    public static Activity? Create(string name, string instanceId)
        => Tag(Source.StartActivity($"create_orchestration:{name}", ActivityKind.Producer), "orchestration", name, instanceId);

    /// <summary>Around one turn, up to its commit.</summary>
    public static Activity? Turn(string? trace, string name, string instanceId)
        => Tag(Start($"orchestration_turn:{name}", ActivityKind.Internal, trace), "orchestration", name, instanceId);

    /// <summary>Around an activity's code, which sees it as the current one.</summary>
    public static Activity? Run(WorkItem item)
        => Tag(Start($"activity:{item.Name}", ActivityKind.Server, item.Trace), "activity", item.Name, item.InstanceId)?.SetTag("durabletask.task.task_id", item.TaskId);

    /// <summary>An instance's whole life, told at its end.</summary>
    public static void Ended(JournalEvent? start, TurnCommit commit)
    {
        if (start?.Name is not { } name || !Source.HasListeners())
            return;
        Activity? span = Source.StartActivity($"orchestration:{name}", ActivityKind.Server, Parse(start.Trace), startTime: new DateTimeOffset(start.At, TimeSpan.Zero));
        Tag(span, "orchestration", name, commit.InstanceId)?.SetTag("durabletask.task.status", commit.Status.ToString());
        if (commit.Status == OrchestrationRuntimeStatus.Failed)
            span?.SetStatus(ActivityStatusCode.Error, commit.Failure?.Message);
        span?.SetEndTime(new DateTime(commit.Now, DateTimeKind.Utc));
        span?.Dispose();
    }

    public static void Failed(this Activity? span, string? reason) => span?.SetStatus(ActivityStatusCode.Error, reason);

    private static Activity? Start(string name, ActivityKind kind, string? trace)
        => Source.HasListeners() ? Source.StartActivity(name, kind, Parse(trace)) : null;

    private static ActivityContext Parse(string? trace) => ActivityContext.TryParse(trace, null, isRemote: true, out ActivityContext context) ? context : default;

    private static Activity? Tag(Activity? span, string type, string name, string instanceId) => span?
        .SetTag("durabletask.type", type)
        .SetTag("durabletask.task.name", name)
        .SetTag("durabletask.task.instance_id", instanceId);
}
