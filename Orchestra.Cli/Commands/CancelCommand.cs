using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

internal static class CancelCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var id = new Argument<string>("ID") { Description = "The project's id." };
        var command = new Command("cancel", "Stops a project's agents and keeps their work.") { id, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string projectId = parsed.GetRequiredValue(id);
            await client.CancelAsync(projectId, cancellationToken);
            Terminal.Out.WriteLine($"Project {projectId} is being cancelled.");
            return ExitCodes.Success;
        });
        return command;
    }
}
