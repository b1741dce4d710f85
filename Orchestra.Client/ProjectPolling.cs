using System.Runtime.CompilerServices;

namespace Orchestra.Client;

public static class ProjectPolling
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
}
