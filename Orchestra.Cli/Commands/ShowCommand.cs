using System.CommandLine;
using Orchestra.Client;
using Orchestra.Cli.Output;

namespace Orchestra.Cli.Commands;

internal static class ShowCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var id = new Argument<string>("ID") { Description = "The project's id." };
        var command = new Command("show", "Shows a project: agents, gates, decisions that wait.") { id, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            ProjectReport.Write(Terminal.Out, await client.ProjectAsync(parsed.GetRequiredValue(id), cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }
}
