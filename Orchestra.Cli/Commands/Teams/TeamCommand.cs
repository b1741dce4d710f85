using System.CommandLine;
using Orchestra.Client;

namespace Orchestra.Cli.Commands.Teams;

/// <summary>Sessions: one team at work on one task, by itself or in a project.</summary>
internal static class TeamCommand
{
    public static Command Create() => new("team", "One team on one task, without a project: launch, watch, merge or discard its work.")
    {
        TeamLaunchCommand.Create(),
        TeamListCommand.Create(),
        TeamShowCommand.Create(),
        TeamOutputCommand.Create(),
        TeamWorkCommands.Diff(),
        TeamWorkCommands.Merge(),
        TeamWorkCommands.Discard(),
        TeamWorkCommands.Cancel(),
    };

    public static Argument<string> Id() => new("ID") { Description = "The session's id." };

    /// <summary>A command that takes a session's id and nothing else.</summary>
    public static Command OnSession(string name, string description, Func<OrchestraClient, string, CancellationToken, Task> act)
    {
        Option<string> url = SharedOptions.Url();
        Argument<string> id = Id();
        var command = new Command(name, description) { id, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            await act(client, parsed.GetRequiredValue(id), cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }
}
