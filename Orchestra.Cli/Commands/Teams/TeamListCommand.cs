using System.CommandLine;
using System.Globalization;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands.Teams;

internal static class TeamListCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var teams = new Option<bool>("--teams") { Description = "The teams that can be launched, instead of sessions." };
        var team = new Option<string?>("--team") { Description = "Only this team's." };
        var status = new Option<string?>("--status") { Description = "Only those that are so, for example running." };
        var limit = new Option<int>("--limit") { Description = "How many, newest first.", DefaultValueFactory = _ => 20 };
        var command = new Command("list", "Lists sessions, newest first.") { teams, team, status, limit, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            if (parsed.GetValue(teams))
                Write(await client.TeamTemplatesAsync(cancellationToken));
            else
                Write(await client.TeamSessionsAsync(parsed.GetValue(team), parsed.GetValue(status), parsed.GetRequiredValue(limit), 0, cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IReadOnlyList<TeamTemplateView> teams)
    {
        if (teams.Count == 0)
            Terminal.Out.WriteLine("The host's configuration has no teams.");
        else
            Columns.Write(Terminal.Out, ["TEAM", "TEAMMATES", "DESCRIPTION"], teams.Select(t => new[] { t.Name, string.Join(", ", t.Teammates), t.Description ?? "" }));
    }

    private static void Write(TeamSessionPage page)
    {
        if (page.Sessions.Count == 0)
        {
            Terminal.Out.WriteLine("No such sessions. Start one with `orchestra team launch TEAM TASK`.");
            return;
        }

        Columns.Write(Terminal.Out, ["SESSION", "TEAM", "STATUS", "MERGE", "STARTED", "TASK"], page.Sessions.Select(s => new[]
        {
            s.SessionId, s.TeamName, s.Status, s.MergeResult ?? "", s.StartedAt?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "", s.Title,
        }));
        if (page.Total > page.Sessions.Count)
            Terminal.Out.WriteLine($"{page.Sessions.Count} of {page.Total}; more with --limit.");
    }
}
