using System.CommandLine;
using System.Globalization;
using Orchestra.Client;
using Orchestra.Cli.Output;

namespace Orchestra.Cli.Commands;

internal static class ProjectsCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var limit = new Option<int>("--limit") { Description = "How many, newest first.", DefaultValueFactory = _ => 20 };
        var command = new Command("projects", "Lists projects, newest first.") { url, limit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            ProjectPage page = await client.ProjectsAsync(parsed.GetRequiredValue(limit), cancellationToken);
            if (page.Projects.Count == 0)
            {
                Terminal.Out.WriteLine("No projects yet. Start one with `orchestra launch FILE`.");
                return ExitCodes.Success;
            }

            Columns.Write(Terminal.Out, ["PROJECT", "NAME", "PHASE", "AGENTS", "MERGED", "STARTED"], page.Projects.Select(p => new[]
            {
                p.ProjectId,
                p.ProjectName,
                p.Phase,
                p.AgentCount.ToString(CultureInfo.InvariantCulture),
                p.MergedCount.ToString(CultureInfo.InvariantCulture),
                p.StartedAt?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "",
            }));
            if (page.Total > page.Projects.Count)
                Terminal.Out.WriteLine($"{page.Projects.Count} of {page.Total}; more with --limit.");
            return ExitCodes.Success;
        });
        return command;
    }
}
