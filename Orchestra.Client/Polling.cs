using System.Runtime.CompilerServices;

namespace Orchestra.Client;

/// <summary>Waiting for what only the next answer can tell.</summary>
public static class Polling
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    /// <summary>The project again and again, until it is final; the last one given is the final one.</summary>
    public static async IAsyncEnumerable<ProjectView> FollowAsync(
        OrchestraClient client, string projectId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            ProjectView project = await client.ProjectAsync(projectId, cancellationToken);
            yield return project;
            if (project.IsFinal)
                yield break;
            await Task.Delay(Interval, cancellationToken);
        }
    }

    /// <summary>The session as it ended.</summary>
    public static async Task<SessionView> EndOfSessionAsync(this OrchestraClient client, string sessionId, CancellationToken cancellationToken)
    {
        while (true)
        {
            SessionView session = await client.SessionAsync(sessionId, cancellationToken);
            if (!session.IsRunning)
                return session;
            await Task.Delay(Interval, cancellationToken);
        }
    }
}
