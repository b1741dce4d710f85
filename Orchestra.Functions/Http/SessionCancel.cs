using Microsoft.DurableTask.Client;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.Http;

/// <summary>Ending a session's agent: its run sees the mark, ends its processes and commits what is there; one that waits for its place is woken to see it.</summary>
internal static class SessionCancel
{
    /// <param name="instance">The project's, for an agent that mends or resolves; null: the session's own.</param>
    public static async Task AskAsync(DataFolder data, DurableTaskClient client, SessionRecord session, CancellationToken cancellationToken, string? instance = null)
    {
        await data.SetCancelMarkAsync(session.SessionId, cancellationToken);
        await AgentCalls.CallAsync(client, session, cancellationToken, instance);
    }
}
