using Microsoft.DurableTask.Client;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.Http;

/// <summary>Lets agents that wait look whether they may go on.</summary>
internal static class AgentCalls
{
    /// <param name="instance">The project's own, which runs agents that mend and resolve.</param>
    public static async Task CallAllAsync(ProjectStore store, DurableTaskClient client, string projectId, string instance, CancellationToken cancellationToken)
    {
        await client.RaiseEventAsync(instance, AgentEvents.Go, "", cancellationToken);
        foreach (SessionRecord session in await store.ListSessionsAsync(projectId, cancellationToken))
            await CallAsync(client, session, cancellationToken);
    }

    /// <summary>Also one that is not seen to wait: it may be about to.</summary>
    /// <param name="instance">The project's, for an agent that mends or resolves; null: the session's own.</param>
    public static async Task CallAsync(DurableTaskClient client, SessionRecord session, CancellationToken cancellationToken, string? instance = null)
    {
        if (session.IsRunning)
            await client.RaiseEventAsync(instance ?? session.SessionId, AgentEvents.Go, "", cancellationToken);
    }
}
