using Orchestra.Cli.Output;
using Orchestra.Client;
using Orchestra.Core.Pipeline;

namespace Orchestra.Cli.Commands;

/// <summary>What <c>--wait</c> does: prints progress, then the project, and tells by the exit code how it ended.</summary>
internal static class Following
{
    public static async Task<int> ToEndAsync(OrchestraClient client, string projectId, CancellationToken cancellationToken)
    {
        var lines = new ProgressLines(Terminal.Out, sayHowToAnswer: true);
        await foreach (ProjectView project in Polling.FollowAsync(client, projectId, cancellationToken))
        {
            lines.Show(project);
            if (!project.IsFinal)
                continue;
            Terminal.Out.WriteLine();
            ProjectReport.Write(Terminal.Out, project);
            return project.Phase == Phases.Completed ? ExitCodes.Success : ExitCodes.Failure;
        }

        return ExitCodes.Failure;
    }
}
