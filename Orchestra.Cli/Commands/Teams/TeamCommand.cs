using System.CommandLine;

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
}
