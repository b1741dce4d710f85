using Orchestra.Client;
using Orchestra.Cli.Output;
using Orchestra.Core.Pipeline;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestra.Cli.Demo;

/// <summary>On a terminal: a table of the agents and a bar of the phases, redrawn in place; decisions are asked below it.</summary>
internal sealed class LiveView(IAnsiConsole console, bool canAsk) : IDemoView
{
    private static readonly string[] Steps =
        [Phases.Launching, Phases.Waiting, Phases.Analyzing, Phases.Merging, Phases.Building, Phases.Testing, Phases.Landing, Phases.Completed];

    public async Task<ProjectView> FollowAsync(IAsyncEnumerable<ProjectView> states, Func<ProjectView, bool> until)
    {
        ProjectView last = new();
        await console.Live(new Text("")).StartAsync(async live =>
        {
            await foreach (ProjectView project in states)
            {
                live.UpdateTarget(Render(last = project));
                if (until(project))
                    break;
            }
        });
        return last;
    }

    public string? Ask(DecisionView decision)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[yellow]{PlainWriter.Plain(ProjectReport.FirstLine(decision.Description))}[/]");
        foreach (string line in ProjectReport.ContextLines(decision.Context))
            console.Write(new Text($"    {PlainWriter.Plain(line)}\n", new Style(HunkColor(line))));
        console.WriteLine(PlainWriter.Plain(decision.ProposedAction));
        return canAsk ? (console.Prompt(new ConfirmationPrompt("Approve?")) ? "approve" : "reject") : null;
    }

    private static Color HunkColor(string line) => line.Length == 0 ? Color.Default : line[0] switch
    {
        '<' or '>' or '|' or '=' => Color.Yellow,
        _ => Color.Default,
    };

    private static Rows Render(ProjectView project)
    {
        var table = new Table().RoundedBorder().Expand();
        table.AddColumns(new TableColumn("Agent").NoWrap(), new TableColumn("Status").NoWrap(), new TableColumn("Last line"));
        foreach (SessionView session in project.Sessions)
            table.AddRow(new Text(PlainWriter.Plain(session.Title)), Status(session), new Text(PlainWriter.Plain(session.LastLine), new Style(Color.Grey)) { Overflow = Overflow.Ellipsis });
        return new Rows(PhaseBar(project), table);
    }

    private static Markup Status(SessionView session)
    {
        string text = session.MergeResult?.Replace('_', ' ') ?? session.Status;
        string colour = text switch
        {
            "running" => "blue",
            "completed" => "green",
            "merged" or "merged resolved" => "green bold",
            "failed" or "timed_out" or "cancelled" => "red",
            _ => "grey",
        };
        return new Markup($"[{colour}]{Markup.Escape(text)}[/]");
    }

    private static Markup PhaseBar(ProjectView project)
    {
        int current = Array.IndexOf(Steps, project.Phase);
        if (current < 0)
            return new Markup($"[red bold]{Markup.Escape(project.Phase)}[/]");
        return new Markup(string.Join(" [grey]>[/] ", Steps.Select((step, index) =>
            index < current || project.IsFinal ? $"[green]{step}[/]" : index == current ? $"[bold blue]{step}[/]" : $"[grey]{step}[/]")));
    }
}
