using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

internal static class PushCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var id = new Argument<string>("ID") { Description = "The id of a completed project." };
        var remote = new Option<string?>("--remote") { Description = "A remote of the repository. Default: pipeline.push_remote." };
        var branch = new Option<string?>("--branch") { Description = "The branch there. Default: pipeline.push_branch, or the target's name." };
        var command = new Command("push", "Pushes what a project landed; never by force.") { id, remote, branch, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            PushView pushed = await client.PushAsync(parsed.GetRequiredValue(id), parsed.GetValue(remote), parsed.GetValue(branch), cancellationToken);
            Terminal.Out.WriteLine(pushed.Output);
            return ExitCodes.Success;
        });
        return command;
    }
}
