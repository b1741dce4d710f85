using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

internal static class UnlandCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var id = new Argument<string>("ID") { Description = "The id of a completed project." };
        var wait = new Option<bool>("--wait") { Description = "Follow it to its end; fails when the landing stands." };
        var command = new Command("unland", "Takes a project's landing back, by a commit that passes build and test.") { id, wait, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string projectId = parsed.GetRequiredValue(id);
            await client.UnlandAsync(projectId, cancellationToken);
            Terminal.Out.WriteLine($"Project {projectId} is being unlanded.");
            if (!parsed.GetValue(wait))
                return ExitCodes.Success;
            await Following.ToEndAsync(client, projectId, cancellationToken);
            return (await client.ProjectAsync(projectId, cancellationToken)).UnlandedCommit is null ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }
}
