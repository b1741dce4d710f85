using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>A session without a project whose orchestration has ended without it.</summary>
/// <param name="Session">As it was left.</param>
/// <param name="Status">What it becomes, unless it had come to its own end.</param>
public sealed record StrandedSessionEnd(SessionRecord Session, string Status, string Reason);

/// <summary>Brings a session to its end in place of its own orchestration: its agent is ended, its work committed, the end written and told.</summary>
public static class StrandedSessionOrchestrator
{
    [Function(nameof(StrandedSessionOrchestrator))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        StrandedSessionEnd stranded = context.GetInput<StrandedSessionEnd>()!;
        ILogger logger = context.CreateReplaySafeLogger(nameof(StrandedSessionOrchestrator));
        SessionRecord ended = await SessionRun.EndAsync(context, stranded.Session, stranded.Status, stranded.Reason);
        Log.SessionEnded(logger, ended.SessionId, ended.Status, stranded.Reason);
    }
}
