using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands.Teams;

internal static class TeamLaunchCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var team = new Argument<string>("TEAM") { Description = "A team of the host's configuration; `orchestra team list --teams` shows them." };
        var task = new Argument<string>("TASK") { Description = "What to do; - reads it from standard input." };
        var repository = new Option<DirectoryInfo?>("--repo") { Description = "The repository. Default: where the command is called." };
        var mode = new Option<string?>("--mode") { Description = "The client mode, when it is not what the configuration says." };
        var wait = new Option<bool>("--wait") { Description = "Print what the agent prints until it ends." };
        var command = new Command("launch", "Puts a team to work on a task.") { team, task, repository, mode, wait, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string given = parsed.GetRequiredValue(task);
            string text = given == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : given;
            string folder = parsed.GetValue(repository)?.FullName ?? Directory.GetCurrentDirectory();
            TeamLaunched launched = await client.LaunchTeamAsync(parsed.GetRequiredValue(team), text, folder, parsed.GetValue(mode), cancellationToken);
            Terminal.Out.WriteLine($"Session {launched.SessionId} launched.");
            if (!parsed.GetValue(wait))
                return ExitCodes.Success;
            await TeamOutputCommand.FollowAsync(client, launched.SessionId, cancellationToken);
            SessionView ended = await client.EndOfSessionAsync(launched.SessionId, cancellationToken);
            Terminal.Out.WriteLine();
            TeamShowCommand.Write(ended);
            return ended.Status is "completed" or "no_change" ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }
}
