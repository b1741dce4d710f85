using Orchestra.Client;
using Orchestra.Core.Pipeline;

namespace Orchestra.Bench;

/// <summary>Projects one after the other, of agents that print ten lines a second for some seconds and change a file each.</summary>
internal sealed class PipelineLoop(OrchestraClient client, string repository, int agents)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource<string> _firstSession = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string> FirstSession => _firstSession.Task;

    public int Completed { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        for (int round = 0; !stop.IsCancellationRequested; round++)
        {
            IEnumerable<LaunchAgent> launched = Enumerable.Range(1, agents).Select(n =>
            {
                string script = $"for i in $(seq 40); do echo \"line $i of agent {n}\"; sleep 0.1; done; echo x > file-{round}-{n}.txt";
                return new LaunchAgent("bench", $"Print as agent {n}", new CommandLine(["/bin/sh", "-c", script]));
            });
            LaunchResponse response = await client.LaunchAsync(new LaunchRequest("bench", repository, "true", "true", [.. launched]), CancellationToken.None);
            _firstSession.TrySetResult(response.SessionIds[0]);
            ProjectView project;
            while (!(project = await client.ProjectAsync(response.ProjectId, CancellationToken.None)).IsFinal)
                await Task.Delay(Look, CancellationToken.None);
            if (project.Phase != Phases.Completed)
                throw new InvalidOperationException($"A project {project.Phase}: {project.ErrorMessage}");
            Completed++;
        }
    }
}
