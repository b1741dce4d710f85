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
        var request = new Option<bool>("--pull-request") { Description = "Then run pipeline.pull_request_command." };
        var command = new Command("push", "Pushes what a project landed; never by force.") { id, remote, branch, request, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            PushView pushed = await client.PushAsync(
                parsed.GetRequiredValue(id), parsed.GetValue(remote), parsed.GetValue(branch), cancellationToken, parsed.GetValue(request) ? true : null);
            Terminal.Out.WriteLine(pushed.Output);
            if (pushed.PullRequest is { } asked)
                Terminal.Out.WriteLine(asked.TrimEnd());
            return ExitCodes.Success;
        });
        return command;
    }
}
